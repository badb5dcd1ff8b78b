"""Tells as JSON what a host has of each case: reads {name: {"token": …, "folder": …, "parameters": […]}} from the end of its arguments."""

import hashlib
import json
import os
import pwd
import grp
import re
import stat
import subprocess
import sys

CASES = json.loads(sys.argv[1])
FOLDERS = ["/home", "/etc", "/etc/cron.d", "/var/spool/cron/crontabs", "/etc/sysctl.d", "/mnt", "/var/mail", "/usr/share", "/usr/local/bin", "/opt", "/var/lib"]
UNITS = "/etc/systemd/system"


def lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()
    except OSError:
        return []


def said(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout


def number(value):
    """Numbers of the host's own choice differ with what was made before."""
    value = int(value)
    return str(value) if value >= 20000 or value < 100 else "system" if value < 1000 else "ordinary"


def of_case(name, token, its_number):
    """An account that is gone may have left its number to that of another case."""
    return number(its_number) if re.match(r"s\d+q", name) and token not in name else name


def user_name(uid, token):
    try:
        return of_case(pwd.getpwuid(uid).pw_name, token, uid)
    except KeyError:
        return number(uid)


def group_name(gid, token=None):
    try:
        name = grp.getgrgid(int(gid)).gr_name
        return name if token is None else of_case(name, token, gid)
    except KeyError:
        return number(gid)


def content(path):
    with open(path, "rb") as file:
        data = file.read()
    if path.startswith("/var/spool/cron/"):
        # What crontab itself writes above, with a passing name and the time.
        data = b"".join(line for line in data.splitlines(True) if not line.startswith((b"# DO NOT EDIT", b"# (Cron version")) and b" installed on " not in line)
    try:
        return json.dumps(data.decode()) if len(data) < 2000 else hashlib.sha256(data).hexdigest()
    except UnicodeDecodeError:
        return hashlib.sha256(data).hexdigest()


def tree(path, found, token):
    try:
        seen = os.lstat(path)
    except OSError:
        return
    owner = f"{user_name(seen.st_uid, token)}:{group_name(seen.st_gid, token)}"
    mode = f"{stat.S_IMODE(seen.st_mode):04o}"
    if stat.S_ISLNK(seen.st_mode):
        found[path] = f"link {owner} → {os.readlink(path)}"
    elif stat.S_ISDIR(seen.st_mode):
        found[path] = f"folder {mode} {owner}"
        if not os.path.ismount(path):
            for name in sorted(os.listdir(path)):
                tree(f"{path}/{name}", found, token)
    elif stat.S_ISREG(seen.st_mode):
        found[path] = f"file {mode} {owner} {content(path)}"
    else:
        found[path] = f"special {mode} {owner}"


def accounts(token):
    found = {}
    for line in lines("/etc/passwd"):
        name, _, uid, gid, comment, home, shell = line.split(":")
        if token in name or token in group_name(gid):
            found[f"passwd {name}"] = f"{number(uid)} {group_name(gid)} {comment} {home} {shell}"
    for line in lines("/etc/shadow"):
        name, secret, changed, *rest = line.split(":")
        if token in name:
            found[f"shadow {name}"] = ":".join([secret, changed if changed in ("", "0") else "set", *rest])
    for file in ("group", "gshadow"):
        for line in lines(f"/etc/{file}"):
            name, _, gid, members = line.split(":")
            if token in name or token in members:
                mine = sorted(member for member in members.split(",") if token in name or token in member)
                found[f"{file} {name}"] = f"{number(gid) if file == 'group' and token in name else ''} {','.join(mine)}"
    return found


def units(token, known):
    """Units of fstab come with whatever makes systemd read its files, perhaps a task of another case: the table itself is looked at."""
    found = {}
    for name in sorted(name for name in known if token in name and not name.endswith(".mount")):
        asked = "LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload"
        shown = said("systemctl", "show", "-p", asked, "--", name).split()
        found[f"unit {name}"] = " ".join(sorted(shown))
    return found


def unit_files(found_by_token):
    names = set()
    for folder, _, files in os.walk(UNITS):
        for file in files:
            path = f"{folder}/{file}"
            for token, found in found_by_token.items():
                if token in path or (os.path.islink(path) and token in os.readlink(path)):
                    tree(path, found, token)
                    names.add(file)
    names.update(line.split()[0] for line in said("systemctl", "list-units", "--all", "--plain", "--no-legend").splitlines() if line.strip())
    return names


def packages(token, known, manual):
    found = {}
    for line in known:
        name, rest = line.split(" ", 1)
        if token in name:
            found[f"package {name}"] = rest.strip() + (" manual" if name in manual else "")
    return found


def mounts(token):
    found = {}
    for index, line in enumerate(one for one in lines("/etc/fstab") if token in one):
        found[f"fstab {index}"] = " ".join(line.split())
    for line in lines("/proc/self/mounts"):
        if token in line:
            source, place, kind, options, *_ = line.split()
            kept = [option for option in options.split(",") if not option.startswith(("inode", "lowerdir", "upperdir", "workdir"))]
            found[f"mount {place}"] = f"{'disk' if kind == 'overlay' else source} {kind} {','.join(kept)}"
    return found


def parameter(name):
    if name == "hostname":
        return f"{said('hostname').strip()} {lines('/etc/hostname')}"
    return " ".join(" ".join(lines("/proc/sys/" + name.replace(".", "/"))).split())


all_packages = said("dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Abbrev}\n").splitlines()
all_manual = set(said("apt-mark", "showmanual").split())
by_token = {case["token"]: {} for case in CASES.values()}
all_units = unit_files(by_token)
answer = {}
for name, case in CASES.items():
    token = case["token"]
    mine = by_token[token]
    for folder in FOLDERS:
        for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if token in entry:
                tree(f"{folder}/{entry}", mine, token)
    tree(case["folder"], mine, token)
    mine.update(accounts(token))
    mine.update(units(token, all_units))
    mine.update(packages(token, all_packages, all_manual))
    mine.update(mounts(token))
    mine.update({f"parameter {one}": parameter(one) for one in case["parameters"]})
    answer[name] = mine
print(json.dumps(answer))
