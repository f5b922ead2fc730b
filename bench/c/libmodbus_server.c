/*
 * libmodbus as a server for many connections: its own receive and reply, under an epoll loop of ours.
 *
 *     libmodbus_server
 *
 * This is the way its manual shows for select(), with epoll in its place so that a thousand connections cost
 * no scan. Prints "ready PORT" and lives until its standard input ends.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256 };

static void watch(int efd, int fd) {
    struct epoll_event interest = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(efd, EPOLL_CTL_ADD, fd, &interest) < 0) fail("epoll_ctl");
}

int main(void) {
    raise_descriptor_limit();
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *tables = modbus_mapping_new(256, 256, 1000, 1000);
    if (!context || !tables) fail("libmodbus");
    int listener = modbus_tcp_listen(context, 1024);
    if (listener < 0) fail("listen");
    for (int i = 0; i < 1000; i++) tables->tab_registers[i] = (uint16_t)i;

    struct sockaddr_in at;
    socklen_t size = sizeof at;
    getsockname(listener, (struct sockaddr *)&at, &size);
    int efd = epoll_create1(EPOLL_CLOEXEC);
    watch(efd, listener);
    watch(efd, STDIN_FILENO);
    printf("ready %u\n", ntohs(at.sin_port));
    fflush(stdout);

    struct epoll_event ready[EVENTS];
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        int count = epoll_wait(efd, ready, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = ready[i].data.fd;
            if (fd == STDIN_FILENO) return 0;
            if (fd == listener) {
                int one = 1, accepted = modbus_tcp_accept(context, &listener);
                if (accepted < 0) continue;
                /* Without it Nagle's algorithm would hold back every second reply when several are in flight. */
                setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                watch(efd, accepted);
                continue;
            }
            modbus_set_socket(context, fd);
            int length = modbus_receive(context, query);
            if (length > 0)
                modbus_reply(context, query, length, tables);
            else if (length < 0)
                close(fd);
        }
    }
}
