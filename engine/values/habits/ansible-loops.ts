/** Ansible's older loops, which are taken, with the form that is preferred here. Lint and the pages about Ansible read it. */
export const ANSIBLE_LOOPS: ReadonlyMap<string, string> = new Map([
  ['with_items', 'Write loop: with the list. Lists within it: loop: x.flatten(1).'],
  ['with_list', 'Write loop: with the list.'],
  ['with_flattened', 'Write loop: with an expression: loop: x.flatten().'],
  ['with_indexed_items', 'Write loop: with the list, and loop_control: {index_var: i}.'],
  ['with_dict', 'Write loop: with an expression: loop: x.dict2items().'],
  ['with_together', 'Write loop: with an expression: loop: x.zip(y).'],
  ['with_nested', 'Write loop: with an expression: loop: x.product(y).'],
  ['with_cartesian', 'Write loop: with an expression: loop: x.product(y).'],
  ['with_subelements', 'Write loop: x.subelements("key"). item[0] then keeps the list under the key.'],
  ['with_sequence', 'Write loop: with the numbers: loop: [1, 2, 3], or loop: sequence("start=1 end=3").'],
  ['with_fileglob', 'Write loop: fileglob("*.conf").'],
  [
    'with_file',
    'Write loop: with the names, and bring each by copy: {src: "{{item}}", …}, or read it by {{read_file item}}.',
  ],
  [
    'with_first_found',
    'Write {{first_found (list "a" "b")}} for the item; include_vars takes the list itself: {file: [a, b]}.',
  ],
]);
