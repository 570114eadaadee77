/* Preloaded into a process, it writes down everything that the process does to the files of one
 * folder, in order, so that a power cut can be simulated at each point.
 *
 * Environment: RECORD_DIR the folder, RECORD_LOG the file to write to.
 * Record: op (1 byte: W write, T truncate, S sync, U unlink), path length (4), path, offset (8),
 * length (8), data. Little-endian. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

static void put(const void *data, size_t length) {
    const char *at = data;
    while (length > 0) {
        long done = syscall(SYS_write, log_fd, at, length);
        if (done <= 0) abort();
        at += done;
        length -= (size_t)done;
    }
}

static void record(char op, const char *path, uint64_t offset, uint64_t length, const void *data) {
    const char *folder = getenv("RECORD_DIR");
    const char *log = getenv("RECORD_LOG");
    if (!folder || !log || strncmp(path, folder, strlen(folder)) != 0) return;
    pthread_mutex_lock(&lock);
    if (log_fd < 0) log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) abort();
    uint32_t path_length = (uint32_t)strlen(path);
    put(&op, 1);
    put(&path_length, 4);
    put(path, path_length);
    put(&offset, 8);
    put(&length, 8);
    if (data) put(data, length);
    pthread_mutex_unlock(&lock);
}

static int path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    ssize_t done = REAL("pwrite64", ssize_t (*)(int, const void *, size_t, off64_t))(fd, data, length, offset);
    char path[4096];
    if (done > 0 && path_of(fd, path, sizeof path)) record('W', path, (uint64_t)offset, (uint64_t)done, data);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return pwrite64(fd, data, length, offset);
}

ssize_t write(int fd, const void *data, size_t length) {
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t done = syscall(SYS_write, fd, data, length);
    char path[4096];
    if (done > 0 && offset >= 0 && path_of(fd, path, sizeof path))
        record('W', path, (uint64_t)(lseek(fd, 0, SEEK_CUR) - done), (uint64_t)done, data);
    return done;
}

int ftruncate64(int fd, off64_t length) {
    int done = REAL("ftruncate64", int (*)(int, off64_t))(fd, length);
    char path[4096];
    if (done == 0 && path_of(fd, path, sizeof path)) record('T', path, (uint64_t)length, 0, NULL);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int done) {
    char path[4096];
    if (done == 0 && path_of(fd, path, sizeof path)) record('S', path, 0, 0, NULL);
    return done;
}

int fsync(int fd) { return synced(fd, (int)syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { return synced(fd, (int)syscall(SYS_fdatasync, fd)); }

int unlink(const char *path) {
    int done = REAL("unlink", int (*)(const char *))(path);
    if (done == 0) record('U', path, 0, 0, NULL);
    return done;
}
