/*
 * The fastest plain server we can write in C: what clients and collectors are measured against, so that the
 * other side of the wire costs next to nothing.
 *
 *     fast_server ADDRESSES VARY [ARRIVALS]
 *
 * Listens on one port of ADDRESSES addresses: 127.0.0.1 for one, else 127.1.0.1, 127.1.0.2 ... 127.1.1.1 ...
 * (250 in each row). Answers FC03 for any unit and address, everything else with exception 01. With VARY 1 every
 * register pair is a 32-bit float between 200 and 201 that differs from reply to reply; with 0 registers are
 * constant. ARRIVALS is a file that gets, at the end, one (device, nanoseconds of the monotonic clock) pair of
 * 64-bit numbers per request: the schedule of a collector as the devices see it.
 * Prints "ready PORT" and lives until its standard input ends.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEGMENT = 4096, EVENTS = 256, MOST_REPLIES = SEGMENT / REQUEST + 2, ROW = 250 };

struct endpoint {
    int fd;
    int listening;
    uint64_t device;
    size_t held;
    uint8_t tail[MAX_ADU];
};

struct arrival {
    uint64_t device, ns;
};

static int efd, vary;
static uint16_t changing;
static uint8_t image[2 * MAX_REGISTERS];
static struct arrival *arrivals;
static size_t arrival_count, arrival_space;

static void note_arrival(uint64_t device, int64_t now) {
    if (arrival_count == arrival_space) {
        arrival_space = arrival_space ? 2 * arrival_space : 1 << 16;
        arrivals = realloc(arrivals, arrival_space * sizeof *arrivals);
        if (!arrivals) fail("realloc");
    }
    arrivals[arrival_count++] = (struct arrival){device, (uint64_t)now};
}

/* 0x4348 is the upper half of 200.0: any lower half gives a finite number below 201. */
static void change_image(void) {
    changing++;
    for (int i = 0; i < MAX_REGISTERS; i++) put16(image + 2 * i, i % 2 ? (unsigned)(changing * 7 + i) & 0xffff : 0x4348);
}

static size_t answer(const uint8_t *request, size_t length, uint8_t *out) {
    unsigned quantity = get16(request + 10);
    memcpy(out, request, 4);
    out[6] = request[6];
    if (length != REQUEST || request[7] != 3 || quantity < 1 || quantity > MAX_REGISTERS) {
        put16(out + 4, 3);
        out[7] = request[7] | 0x80;
        out[8] = 1;
        return 9;
    }
    if (vary) change_image();
    put16(out + 4, 3 + 2 * quantity);
    out[7] = 3;
    out[8] = (uint8_t)(2 * quantity);
    memcpy(out + 9, image, 2 * quantity);
    return 9 + 2 * quantity;
}

static void drop(struct endpoint *e) {
    close(e->fd);
    free(e);
}

static void serve(struct endpoint *e, int recording) {
    static uint8_t in[SEGMENT + MAX_ADU], out[MOST_REPLIES * MAX_ADU];
    memcpy(in, e->tail, e->held);
    ssize_t got = recv(e->fd, in + e->held, SEGMENT, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        drop(e);
        return;
    }
    int64_t now = recording ? clock_ns(CLOCK_MONOTONIC) : 0;
    size_t size = e->held + (size_t)got, at = 0, filled = 0;
    while (size - at >= HEADER + 1) {
        size_t length = 6 + get16(in + at + 4);
        if (get16(in + at + 2) != 0 || length < HEADER + 1 || length > MAX_ADU) {
            drop(e);
            return;
        }
        if (size - at < length) break;
        if (recording) note_arrival(e->device, now);
        filled += answer(in + at, length, out + filled);
        at += length;
    }
    e->held = size - at;
    memcpy(e->tail, in + at, e->held);
    if (filled && send(e->fd, out, filled, MSG_NOSIGNAL) != (ssize_t)filled) drop(e);
}

static void watch(int fd, int listening, uint64_t device) {
    struct endpoint *e = calloc(1, sizeof *e);
    if (!e) fail("calloc");
    e->fd = fd;
    e->listening = listening;
    e->device = device;
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = e};
    if (epoll_ctl(efd, EPOLL_CTL_ADD, fd, &interest) < 0) fail("epoll_ctl");
}

static void accept_one(const struct endpoint *listener) {
    int one = 1, fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(fd, 0, listener->device);
}

static int listen_on(uint32_t address, uint16_t port, uint16_t *chosen) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
    socklen_t size = sizeof at;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 1024) < 0) fail("listen");
    getsockname(fd, (struct sockaddr *)&at, &size);
    *chosen = ntohs(at.sin_port);
    return fd;
}

static void write_arrivals(const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(arrivals, sizeof *arrivals, arrival_count, file) != arrival_count || fclose(file) != 0)
        fail("arrivals");
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: fast_server ADDRESSES VARY [ARRIVALS]\n");
        return 2;
    }
    int addresses = atoi(argv[1]);
    const char *path = argc > 3 ? argv[3] : NULL;
    uint16_t port = 0;
    vary = atoi(argv[2]);
    raise_descriptor_limit();
    /* A batch process does not interrupt whoever wakes it: sharing a core with the client, it works when the client
     * waits, as a device elsewhere would, instead of taking the core away after each of several requests. */
    struct sched_param plain = {0};
    sched_setscheduler(0, SCHED_BATCH, &plain);
    change_image();
    efd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < addresses; i++) {
        uint32_t address = addresses == 1 ? 0x7f000001u : 0x7f010001u + ((uint32_t)(i / ROW) << 8) + (uint32_t)(i % ROW);
        watch(listen_on(address, port, &port), 1, (uint64_t)i);
    }
    struct epoll_event end = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(efd, EPOLL_CTL_ADD, STDIN_FILENO, &end);
    printf("ready %u\n", port);
    fflush(stdout);

    struct epoll_event ready[EVENTS];
    for (;;) {
        int count = epoll_wait(efd, ready, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct endpoint *e = ready[i].data.ptr;
            if (!e) {
                if (path) write_arrivals(path);
                return 0;
            }
            if (e->listening)
                accept_one(e);
            else
                serve(e, path != NULL);
        }
    }
}
