import { remedyForWords } from '../base/login-words.ts';
import type { BecomePrivilege } from '../base/target.ts';
import { Unreachable } from '../base/unreachable.ts';

/**
 * Returns the problem of a password that sudo, su or doas does not accept. The remedy says whose password the method
 * needs.
 */
export function wrongPassword(host: string, { method, user }: BecomePrivilege): Unreachable {
  return new Unreachable({
    code: method === 'sudo' ? 'sudo-password-wrong' : 'become-password-wrong',
    host,
    what: `${host}: ${method} does not accept the password to become ${user}`,
    why: 'The password was tried only once, so that no account gets locked.',
    remedy:
      method === 'su'
        ? `Correct \`ansible_become_password\`: for su it is the password of ${user}.`
        : "Correct `ansible_become_password`: it is the login user's own password unless sudo is set up otherwise.",
  });
}

/**
 * Returns the problem of a method that asks a second time: it did not accept the password, or it wants a new one
 * because the old one has expired.
 */
export function askedAgain(host: string, privilege: BecomePrivilege, said: string): Unreachable {
  return expired(host, privilege, said) ?? wrongPassword(host, privilege);
}

/** Returns the problem of a method that waits for an answer to a question of which the engine does not know. */
export function otherQuestion(host: string, privilege: BecomePrivilege, said: string): Unreachable {
  const { method, user } = privilege;
  return (
    expired(host, privilege, said) ??
    new Unreachable({
      code: method === 'sudo' ? 'sudo-refused' : 'become-refused',
      host,
      what: `${host}: ${method} asks something that runbook cannot answer before it lets anybody become ${user}`,
      why: said === '' ? `${method} said nothing.` : said,
      remedy:
        method === 'sudo'
          ? 'If it asks for the password in words of its own, add `Defaults passprompt_override` to the sudoers file. For a second factor, allow the login user NOPASSWD.'
          : `Set up PAM on the host so that ${method} asks for the password alone, or use sudo.`,
    })
  );
}

/** Returns the problem of an account or a password that has expired; undefined if nothing of it is said. */
function expired(host: string, { method, user }: BecomePrivilege, said: string): Unreachable | undefined {
  const remedy = remedyForWords(said, changedAccount(said) ?? (method === 'su' ? user : 'USER'));
  if (remedy === undefined) return undefined;
  return new Unreachable({
    code: method === 'sudo' ? 'sudo-refused' : 'become-refused',
    host,
    what: `${host}: ${method} does not let the login user become ${user}`,
    why: said,
    remedy,
  });
}

/** Returns the account of which PAM wants a new password. */
function changedAccount(said: string): string | undefined {
  return /Changing password for ([\w.-]{1,32}?)\.?$/m.exec(said)?.[1];
}

/**
 * Makes the problem of a shell for another user that could not be opened, from the messages of the method in the C
 * locale.
 */
export function becomeFailure(
  host: string,
  privilege: BecomePrivilege,
  said: string,
  status: number | undefined,
): Unreachable {
  const { method, user } = privilege;
  const common = { host, why: said === '' ? `${method} said nothing; exit status ${status ?? 'unknown'}` : said };
  const isSudo = method === 'sudo';
  const ended = expired(host, privilege, said);
  if (ended !== undefined) return ended;
  if (/unknown user|no passwd entry|user \S+ (?:does not exist|not found)/i.test(said)) {
    return new Unreachable({
      ...common,
      code: 'no-such-account',
      what: `${host}: there is no account ${user} to become`,
      remedy: `Correct become_user, or create the account in an earlier task, with user: or with the package that brings the account.`,
    });
  }
  if (status === 127 || (/not found|No such file/.test(said) && !said.includes('is not enabled'))) {
    return new Unreachable({
      ...common,
      code: isSudo ? 'sudo-missing' : 'become-missing',
      what: `${host}: there is no ${privilege.exe ?? method}, so nobody can become ${user}`,
      remedy: `Install ${method} on the host, choose another method (ansible_become_method: sudo, su or doas), or log in as ${user} and leave out \`become\`.`,
    });
  }
  if (/must have a tty/.test(said)) {
    return new Unreachable({
      ...common,
      code: 'sudo-refused',
      what: `${host}: sudo requires a terminal`,
      remedy: 'Remove `requiretty` from the sudoers file, or add `Defaults:USER !requiretty` for the login user.',
    });
  }
  if (
    /incorrect password|incorrect authentication attempt|try again|Authentication failure/.test(said) &&
    privilege.password !== undefined
  ) {
    return wrongPassword(host, privilege);
  }
  return refusedBy(privilege, common);
}

/** Returns the problem of a method that refuses for another reason than an account, a program or a password. */
function refusedBy(privilege: BecomePrivilege, common: Common): Unreachable {
  const { method, user } = privilege;
  const { host } = common;
  switch (method) {
    case 'sudo':
      return sudoFailure(privilege, common);
    case 'su':
      return suFailure(privilege, common);
    case 'doas':
      return new Unreachable({
        ...common,
        code: 'become-refused',
        what: `${host}: doas does not let the login user become ${user}`,
        remedy: `doas asks for passwords at terminals only, and there is none: allow it in /etc/doas.conf on the host by \`permit nopass USER as ${user}\`, for all commands, or use sudo.`,
      });
    default:
      throw new Error(`unknown method ${JSON.stringify(method satisfies never)}`);
  }
}

interface Common {
  readonly host: string;
  readonly why: string;
}

function sudoFailure({ user }: BecomePrivilege, common: Common): Unreachable {
  const { host, why } = common;
  if (
    /(?:password|interactive authentication) is required|no password was provided|terminal is required|conversation failed/.test(
      why,
    )
  ) {
    return new Unreachable({
      ...common,
      code: 'sudo-password-needed',
      what: `${host}: sudo requires a password to become ${user}`,
      remedy: 'Give `ansible_become_password` (from the vault), or allow the login user NOPASSWD in the sudoers file.',
    });
  }
  if (/is not allowed to execute/.test(why)) {
    return new Unreachable({
      ...common,
      code: 'sudo-refused',
      what: `${host}: sudo allows the login user some commands as ${user}, but no shell`,
      remedy: `All tasks of a host go through one \`sh\`, so single commands in the sudoers file are not enough: allow ALL, or log in as a user who is allowed to.`,
    });
  }
  return new Unreachable({
    ...common,
    code: 'sudo-refused',
    what: `${host}: sudo does not let the login user become ${user}`,
    remedy: `See with \`sudo -l\` on the host what is allowed; it must be able to run \`sh\` as ${user}, and that user must exist.`,
  });
}

function suFailure({ user, password }: BecomePrivilege, common: Common): Unreachable {
  const { host } = common;
  if (password === undefined) {
    return new Unreachable({
      ...common,
      code: 'become-password-needed',
      what: `${host}: su requires a password to become ${user}`,
      remedy: `Give \`ansible_become_password\` (from the vault): for su it is the password of ${user}.`,
    });
  }
  return new Unreachable({
    ...common,
    code: 'become-refused',
    what: `${host}: su does not let the login user become ${user}`,
    remedy: `See on the host what \`su ${user}\` says: the account may be locked, or su may be limited to a group (pam_wheel).`,
  });
}
