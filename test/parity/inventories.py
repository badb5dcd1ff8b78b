"""What ansible-core makes of inventories and patterns: a list of requests on stdin, one answer each on stdout, as JSON."""

import json
import os
import sys

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager

# Told by ansible itself, not by the inventory; as ansible-inventory leaves them out.
MAGIC = {
    "ansible_playbook_python", "ansible_version", "environment", "group_names", "groups", "hostvars", "inventory_dir",
    "inventory_file", "inventory_hostname", "inventory_hostname_short", "omit", "playbook_dir", "vars",
    "ansible_check_mode", "ansible_diff_mode", "ansible_config_file", "ansible_facts", "ansible_forks",
    "ansible_inventory_sources", "ansible_limit", "ansible_run_tags", "ansible_skip_tags", "ansible_verbosity",
}


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return str(value)
    return value


def told(inventory, variables):
    hosts = [host.name for host in inventory.get_hosts()]
    groups = {}
    for name, group in inventory.groups.items():
        groups[name] = [host.name for host in group.get_hosts()]
    found = {}
    for host in inventory.get_hosts():
        values = variables.get_vars(host=host, include_hostvars=False, stage="all")
        found[host.name] = {key: plain(value) for key, value in values.items() if key not in MAGIC}
    return {"hosts": hosts, "groups": groups, "vars": found}


def answered(request):
    os.chdir(request["folder"])
    loader = DataLoader()
    loader.set_basedir(request["folder"])
    inventory = InventoryManager(loader=loader, sources=[os.path.join(request["folder"], source) for source in request["sources"]])
    answer = {}
    if request.get("list"):
        answer = told(inventory, VariableManager(loader=loader, inventory=inventory))
    for pattern in request.get("patterns", []):
        try:
            names = [host.name for host in inventory.get_hosts(pattern)]
        except Exception as error:  # pylint: disable=broad-except
            names = {"error": str(error)}
        answer.setdefault("patterns", []).append(names)
    return answer


def main():
    os.environ["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"] = "1"
    answers = []
    for request in json.load(sys.stdin):
        try:
            answers.append(answered(request))
        except Exception as error:  # pylint: disable=broad-except
            answers.append({"error": str(error)})
    json.dump(answers, sys.stdout, default=str)


main()
