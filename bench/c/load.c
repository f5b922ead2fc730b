/*
 * Load generator: N connections with D requests in flight on each, one thread, epoll.
 *
 *     load HOST PORT CONNECTIONS DEPTH REGISTERS SECONDS SERVER_PID
 *
 * Every connection starts with D requests in one segment; from then on each reply is followed by one new
 * request, and all that follow from one segment go out in one segment. Every reply is checked (transaction id
 * in order, unit, function, byte count), so that a server which loses or mixes replies cannot look fast.
 * The CPU of the server is read inside the same window as the count: warm-up and accepts do not blur it.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_DEPTH = 64, SEGMENT = 16384, EVENTS = 256, BUCKETS = 64 * 16 };

struct connection {
    int fd;
    uint16_t next_sent, next_expected;
    size_t held;                 /* bytes of an incomplete reply */
    uint64_t replies;
    uint8_t tail[MAX_ADU + 16];
    int64_t sent_at[MAX_DEPTH];  /* by transaction id modulo MAX_DEPTH */
};

static int depth, registers, efd;
static uint64_t replies, faults, histogram[BUCKETS];
static int64_t slowest;
static struct sockaddr_in server;

/* Sixteen steps per power of two: percentiles within 6 %, whatever their size. */
static int bucket_of(uint64_t ns) {
    if (ns < 16) return (int)ns;
    int power = 63 - __builtin_clzll(ns);
    return (power - 3) * 16 + (int)(ns >> (power - 4) & 15);
}

static double microseconds_of(int bucket) {
    if (bucket < 16) return bucket / 1e3;
    int power = bucket / 16 + 3;
    return (double)((uint64_t)(16 + bucket % 16) << (power - 4)) / 1e3;
}

static double percentile(double share) {
    uint64_t total = 0, seen = 0;
    for (int i = 0; i < BUCKETS; i++) total += histogram[i];
    for (int i = 0; i < BUCKETS; i++) {
        seen += histogram[i];
        if (total && seen >= share * (double)total) return microseconds_of(i);
    }
    return 0;
}

static void send_requests(struct connection *c, int count, int64_t now) {
    uint8_t out[MAX_DEPTH * REQUEST];
    for (int i = 0; i < count; i++) {
        uint8_t *at = out + i * REQUEST;
        put16(at, c->next_sent);
        put16(at + 2, 0);
        put16(at + 4, 6);
        at[6] = 1;
        at[7] = 3;
        put16(at + 8, 0);
        put16(at + 10, (unsigned)registers);
        c->sent_at[c->next_sent++ % MAX_DEPTH] = now;
    }
    ssize_t length = (ssize_t)count * REQUEST;
    if (send(c->fd, out, (size_t)length, MSG_NOSIGNAL) != length) fail("send");
}

static void open_connection(struct connection *c) {
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket");
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0) fail("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(efd, EPOLL_CTL_ADD, c->fd, &interest) < 0) fail("epoll_ctl");
}

/* A good reply answers the oldest request of its connection with the right number of registers. */
static int is_good(const struct connection *c, const uint8_t *at) {
    return get16(at) == c->next_expected && get16(at + 2) == 0 && at[6] == 1 && at[7] == 3 && at[8] == registers * 2;
}

static void take_replies(struct connection *c) {
    static uint8_t in[SEGMENT + MAX_ADU + 16];
    memcpy(in, c->tail, c->held);
    ssize_t got = recv(c->fd, in + c->held, SEGMENT, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        fprintf(stderr, "the server closed a connection\n");
        exit(1);
    }
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    size_t size = c->held + (size_t)got, at = 0;
    int answered = 0;
    while (size - at >= HEADER + 2) {
        size_t length = 6 + get16(in + at + 4);
        if (length > MAX_ADU) fail("reply too long");
        if (size - at < length) break;
        if (!is_good(c, in + at)) faults++;
        uint64_t took = (uint64_t)(now - c->sent_at[c->next_expected++ % MAX_DEPTH]);
        histogram[bucket_of(took)]++;
        if ((int64_t)took > slowest) slowest = (int64_t)took;
        at += length;
        answered++;
    }
    c->held = size - at;
    memcpy(c->tail, in + at, c->held);
    c->replies += (uint64_t)answered;
    replies += (uint64_t)answered;
    if (answered) send_requests(c, answered > MAX_DEPTH ? MAX_DEPTH : answered, now);
}

static void serve_events_until(int64_t end) {
    struct epoll_event ready[EVENTS];
    while (clock_ns(CLOCK_MONOTONIC) < end) {
        int count = epoll_wait(efd, ready, EVENTS, 50);
        for (int i = 0; i < count; i++) take_replies(ready[i].data.ptr);
    }
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: load HOST PORT CONNECTIONS DEPTH REGISTERS SECONDS SERVER_PID\n");
        return 2;
    }
    int connections = atoi(argv[3]);
    depth = atoi(argv[4]);
    registers = atoi(argv[5]);
    int64_t window = (int64_t)(atof(argv[6]) * 1e9);
    clockid_t server_cpu;
    if (depth < 1 || depth > MAX_DEPTH || clock_getcpuclockid(atoi(argv[7]), &server_cpu) != 0) return 2;
    raise_descriptor_limit();
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(argv[2]));
    if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) return 2;

    efd = epoll_create1(EPOLL_CLOEXEC);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    for (int i = 0; i < connections; i++) open_connection(&all[i]);
    for (int i = 0; i < connections; i++) send_requests(&all[i], depth, clock_ns(CLOCK_MONOTONIC));
    serve_events_until(clock_ns(CLOCK_MONOTONIC) + window / 5 + 50000000);

    replies = 0;
    slowest = 0;
    memset(histogram, 0, sizeof histogram);
    for (int i = 0; i < connections; i++) all[i].replies = 0;
    int64_t cpu = clock_ns(server_cpu), start = clock_ns(CLOCK_MONOTONIC);
    serve_events_until(start + window);
    double seconds = (double)(clock_ns(CLOCK_MONOTONIC) - start) / 1e9;
    double used = (double)(clock_ns(server_cpu) - cpu) / 1e9;

    int starved = 0;
    for (int i = 0; i < connections; i++) starved += all[i].replies == 0;
    printf("{\"requests\": %llu, \"seconds\": %.6f, \"cpu\": %.6f, \"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f, "
           "\"faults\": %llu, \"starved\": %d}\n",
           (unsigned long long)replies, seconds, used, percentile(0.5), percentile(0.99), (double)slowest / 1e3,
           (unsigned long long)faults, starved);
    return 0;
}
