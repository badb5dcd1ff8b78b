/*
 * A user of the host who watches a run of root, and replaces the names that the run makes or uses in a folder of this user.
 *
 *   attacker stock FOLDER COUNT USER      as root: victims in /victim, and in FOLDER what only root can make: second names of the victims
 *   attacker strike FOLDER STOCK WHEN WITH NAMES SEED
 *
 * WHEN: `create` or `close` (as soon as a name appears in FOLDER; has been written, or moved there), `always`: without being asked, or
 * `again`: whatever name was seen in FOLDER is taken once more.
 * WITH: `link`, `dirlink`, `fifo`, `hard` or `file` (a script) is exchanged for what has the name, and back after a while; `swap` is FOLDER itself for a
 * link to a folder. NAMES, for `always`: a name, or `n` for n0, n1, …: where there is nothing of that name, it is taken before the run takes it.
 * The first chance is always taken, later ones at random, with random pauses, so that each step of the run has its turn.
 * It prints `ready`, and when it is ended by TERM how many strikes struck.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define VICTIMS 40
#define NAMES 201
#define SEEN 512

static const char *folder, *stock, *with;
static volatile sig_atomic_t struck;
static unsigned seed;
static int made;

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Prints immediately, so that no reader can wait forever. */
static void end(int signal) {
  char text[32];
  int size = snprintf(text, sizeof text, "struck %d\n", (int)struck);
  (void)signal;
  _exit(write(STDOUT_FILENO, text, (size_t)size) == size ? 0 : 1);
}

static int is_sticky(void) {
  return strcmp(folder, "/tmp") == 0 || strcmp(folder, "/var/tmp") == 0;
}

static int chance(int among) {
  seed = seed * 1103515245u + 12345u;
  return (int)((seed >> 16) % (unsigned)among);
}

static void write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || write(file, text, strlen(text)) < 0 || close(file) != 0) die(path);
}

/* Files and folders of root, the same each time, and their second names, which the kernel may not let the user make. */
static int make_stock(const char *into, int count, const char *user) {
  char path[256], other[256], text[64];
  struct passwd *account = getpwnam(user);
  if (account == NULL) die(user);
  umask(022);
  if (mkdir("/victim", 0755) != 0 || mkdir(into, 0755) != 0) die(into);
  for (int i = 0; i < VICTIMS; i++) {
    snprintf(text, sizeof text, "secret of root %d\n", i);
    snprintf(path, sizeof path, "/victim/v%d", i);
    write_file(path, text);
    snprintf(path, sizeof path, "/victim/e%d", i);
    if (mkdir(path, 0755) != 0) die(path);
    snprintf(path, sizeof path, "/victim/e%d/f", i);
    write_file(path, text);
    snprintf(path, sizeof path, "/victim/e%d/kept", i);
    write_file(path, "kept\n");
  }
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "/victim/v%d", i % VICTIMS);
    snprintf(other, sizeof other, "%s/hard-%d", into, i);
    if (link(path, other) != 0) die(other);
  }
  return chown(into, account->pw_uid, account->pw_gid);
}

/*
 * Something of the kind in the folder itself, where the user can exchange it also for a directory of root, or beside it. Of second names
 * each is used up once the run has taken it.
 */
static int make(char *at, size_t size) {
  char to[64], from[512];
  int n = made++;
  if (strcmp(with, "swap") == 0) snprintf(at, size, "%s.link", folder);
  else snprintf(at, size, "%s/away-%d", folder, n);
  if (strcmp(with, "hard") == 0) {
    struct stat there;
    /* In /tmp nobody can exchange what belongs to root: it is taken from the stock as a whole. */
    if (is_sticky()) {
      snprintf(at, size, "%s/hard-%d", stock, n);
      return lstat(at, &there);
    }
    if (lstat(at, &there) == 0) return 0;
    snprintf(from, sizeof from, "%s/hard-%d", stock, n);
    return rename(from, at);
  }
  unlink(at);
  if (strcmp(with, "file") == 0) {
    int file = open(at, O_WRONLY | O_CREAT | O_EXCL, 0755);
    const char *text = "#!/bin/sh\ntouch /victim/reached\n";
    return file >= 0 && write(file, text, strlen(text)) > 0 ? close(file) : -1;
  }
  if (strcmp(with, "fifo") == 0) return mkfifo(at, 0666);
  snprintf(to, sizeof to, strcmp(with, "link") == 0 ? "/victim/v%d" : "/victim/e%d", n % VICTIMS);
  return symlink(to, at);
}

static int is_own(const char *name) {
  return strncmp(name, "away-", 5) == 0;
}

static void hold(int most) {
  if (most > 0) usleep((useconds_t)chance(most));
}

/* Mostly very short, and sometimes as long as a round. */
static void hold_a_moment(void) {
  static const int most[] = {0, 300, 300, 3000};
  hold(most[chance(4)]);
}

/* Replaces the file with this name by another one, and puts it back after a while, unless the run has made a new file there. */
static int exchange(const char *from, const char *to, int is_long) {
  struct stat ours, other;
  if (lstat(from, &ours) != 0 || renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) != 0) return 0;
  struck++;
  if (is_long) hold(chance(4) == 0 ? 20000 : 3000);
  else hold_a_moment();
  if (lstat(to, &other) == 0 && other.st_ino == ours.st_ino && other.st_dev == ours.st_dev &&
      renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0)
    made--;
  return 1;
}

/* Takes a free name, and frees it again unless the run has made a file there. */
static void take(const char *from, const char *to) {
  struct stat ours, other;
  if (lstat(from, &ours) != 0 || renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0) return;
  struck++;
  hold_a_moment();
  if (lstat(to, &other) == 0 && other.st_ino == ours.st_ino && other.st_dev == ours.st_dev && rename(to, from) == 0) made--;
}

/* WITHOUT_NAME: also if the name does not exist yet. */
static void strike(const char *name, int is_long, int without_name) {
  char from[512], to[512];
  int is_swap = strcmp(with, "swap") == 0;
  if (make(from, sizeof from) != 0) return;
  snprintf(to, sizeof to, is_swap ? "%s" : "%s/%s", folder, name);
  if (!exchange(from, to, is_long)) {
    if (without_name && !is_swap) take(from, to);
  }
}

static int watch_for(uint32_t mask, int flags) {
  int watch = inotify_init1(IN_CLOEXEC | flags);
  if (watch < 0 || inotify_add_watch(watch, folder, mask) < 0) die(folder);
  puts("ready");
  fflush(stdout);
  return watch;
}

static void wait_and_strike(uint32_t mask) {
  static char buffer[65536] __attribute__((aligned(8)));
  int chances = 0, watch = watch_for(mask, 0);
  for (;;) {
    ssize_t size = read(watch, buffer, sizeof buffer);
    struct inotify_event *event = (struct inotify_event *)buffer;
    if (size <= 0 || event->len == 0 || is_own(event->name)) continue;
    if (chances++ > 0) {
      if (chance(2) == 0) continue;
      hold_a_moment();
    }
    strike(event->name, 1, 0);
    /* What has happened meanwhile was the own doing, or is over. */
    fcntl(watch, F_SETFL, O_NONBLOCK);
    while (read(watch, buffer, sizeof buffer) > 0) continue;
    fcntl(watch, F_SETFL, 0);
  }
}

/* The numbered name that the run is at is the one behind the last that it has made or taken away. Of OWN the attacker has done so. */
static int follow(int watch, int last, int own) {
  static char buffer[65536] __attribute__((aligned(8)));
  ssize_t size = read(watch, buffer, sizeof buffer);
  for (char *at = buffer; at < buffer + size;) {
    struct inotify_event *event = (struct inotify_event *)at;
    int number;
    at += sizeof *event + event->len;
    if (event->len > 0 && sscanf(event->name, "n%d", &number) == 1 && number > last && number != own) last = number;
  }
  return last;
}

static void strike_always(const char *names) {
  int watch = watch_for(IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM, IN_NONBLOCK), last = -1;
  for (;;) {
    char name[32];
    int number = -1;
    if (strcmp(names, "n") == 0) {
      number = last + chance(2);
      /* If the run fails at each name, its position is unknown. */
      if (chance(8) == 0) number = last = chance(NAMES);
      if (number < 0) number = 0;
      snprintf(name, sizeof name, "n%d", number);
    } else {
      snprintf(name, sizeof name, "%s", names);
    }
    strike(name, 0, 1);
    /* A round is to come through at times, so that its last steps have their turn as well. */
    hold(chance(2) == 0 ? 300 : chance(2) == 0 ? 3000 : 30000);
    last = follow(watch, last, number);
  }
}

/* Every seen name is taken as soon as it is free again. */
static void take_again(void) {
  static char seen[SEEN][256];
  static char buffer[65536] __attribute__((aligned(8)));
  int count = 0, next = 0, watch = watch_for(IN_CREATE, IN_NONBLOCK);
  for (;;) {
    ssize_t size = read(watch, buffer, sizeof buffer);
    for (char *at = buffer; at < buffer + size;) {
      struct inotify_event *event = (struct inotify_event *)at;
      if (event->len > 0 && !is_own(event->name)) strcpy(seen[count++ % SEEN], event->name);
      at += sizeof *event + event->len;
    }
    if (count > 0) strike(seen[next++ % (count < SEEN ? count : SEEN)], 0, 1);
    usleep(50);
  }
}

int main(int count, char **words) {
  if (count == 5 && strcmp(words[1], "stock") == 0) return make_stock(words[2], atoi(words[3]), words[4]);
  if (count != 8) return 2;
  folder = words[2];
  stock = words[3];
  with = words[5];
  seed = (unsigned)atoi(words[7]);
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  if (strcmp(words[4], "always") == 0) strike_always(words[6]);
  else if (strcmp(words[4], "again") == 0) take_again();
  else wait_and_strike(strcmp(words[4], "create") == 0 ? IN_CREATE : IN_CLOSE_WRITE | IN_MOVED_TO);
  return 1;
}
