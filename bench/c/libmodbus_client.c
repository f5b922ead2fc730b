/*
 * libmodbus as a client: one connection, one request after the other.
 *
 *     libmodbus_client HOST PORT REGISTERS SECONDS
 */
#define _GNU_SOURCE
#include "wire.h"

#include <modbus.h>

enum { BATCH = 64 };

static uint64_t read_until(modbus_t *context, int registers, int64_t end) {
    uint16_t values[MAX_REGISTERS];
    uint64_t requests = 0;
    while (clock_ns(CLOCK_MONOTONIC) < end) {
        for (int i = 0; i < BATCH; i++)
            if (modbus_read_registers(context, 0, registers, values) != registers) fail("modbus_read_registers");
        requests += BATCH;
    }
    return requests;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: libmodbus_client HOST PORT REGISTERS SECONDS\n");
        return 2;
    }
    int registers = atoi(argv[3]);
    int64_t window = (int64_t)(atof(argv[4]) * 1e9);
    modbus_t *context = modbus_new_tcp(argv[1], atoi(argv[2]));
    if (!context || modbus_set_slave(context, 1) < 0 || modbus_connect(context) < 0) fail("connect");
    read_until(context, registers, clock_ns(CLOCK_MONOTONIC) + window / 5);

    int64_t cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), start = clock_ns(CLOCK_MONOTONIC);
    uint64_t requests = read_until(context, registers, start + window);
    double seconds = (double)(clock_ns(CLOCK_MONOTONIC) - start) / 1e9;
    double used = (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9;
    printf("{\"requests\": %llu, \"seconds\": %.6f, \"cpu\": %.6f}\n", (unsigned long long)requests, seconds, used);
    modbus_close(context);
    modbus_free(context);
    return 0;
}
