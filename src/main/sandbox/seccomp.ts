/** What the filter leaves to the other means of an enforcer. */
export interface SeccompOptions {
  /**
   * `internet`: internet sockets are allowed; a network namespace holds them in, or the network was granted. `local`: unix sockets
   * too; those of the host must be out of reach. `none`: no socket at all.
   */
  readonly sockets: "internet" | "local" | "none";
  /** Whether modes, owners, times and attributes of files may be changed; mounts hold that in, Landlock does not. */
  readonly fileAttributes: boolean;
  /** Whether processes and shared memory of the host are in sight; without namespaces of its own a command could change their limits and contents. */
  readonly hostInSight: boolean;
}

/**
 * The system calls a sandboxed command may not make, as a classic BPF program for x86-64 in the format `bwrap --seccomp`
 * reads: what namespaces and read-only mounts do not cover. Everything else is allowed.
 */
export function seccompProgram(options: SeccompOptions): Uint8Array {
  const code: Instruction[] = [
    load(offset.arch),
    jumpEqual(arch.x86_64, 1, 0),
    ret(action.kill),
    load(offset.number),
    // The x32 table has other numbers for the same calls: none of it.
    jumpAtLeast(0x4000_0000, 0, 1),
    ret(failWith(errno.ENOSYS)),
  ];
  for (const number of missing) code.push(jumpEqual(number, 0, 1), ret(failWith(errno.ENOSYS)));
  const out = [...refused, ...(options.fileAttributes ? [] : attributes), ...(options.hostInSight ? toOthers : [])];
  for (const number of out) code.push(jumpEqual(number, 0, 1), ret(failWith(errno.EPERM)));

  // clone with a namespace flag; clone3 hides its flags in memory and is "missing", so that libraries use clone.
  code.push(...onCall(call.clone, [load(offset.arg0), jumpAnySet(namespaceFlags, 0, 1), ret(failWith(errno.EPERM)), ret(action.allow)]));
  // Its own limits are the command's business, and those of what it starts: that sets its own.
  if (options.hostInSight)
    code.push(...onCall(call.prlimit64, [load(offset.arg0), jumpEqual(0, 1, 0), ret(failWith(errno.EPERM)), ret(action.allow)]));
  // Only families the network namespace holds in: a unix socket reaches every path, a vsock reaches the host.
  const families = {
    none: [],
    internet: [family.inet, family.inet6, family.netlink],
    local: [family.unix, family.inet, family.inet6, family.netlink],
  }[options.sockets];
  code.push(
    ...onCall(call.socket, [
      load(offset.arg0),
      ...families.map((one, index) => jumpEqual(one, families.length - index, 0)),
      ret(failWith(errno.EPERM)),
      ret(action.allow),
    ]),
  );
  // Pairs are needed everywhere, but one end of a datagram pair can send to any path: streams and packets cannot.
  code.push(
    ...onCall(call.socketpair, [
      load(offset.arg1),
      and(0xf),
      jumpEqual(socketType.datagram, 0, 1),
      ret(failWith(errno.EPERM)),
      ret(action.allow),
    ]),
  );
  // Typing into a terminal, should the command have one.
  code.push(
    ...onCall(call.ioctl, [
      load(offset.arg1),
      jumpEqual(ioctls.TIOCSTI, 1, 0),
      jumpEqual(ioctls.TIOCLINUX, 0, 1),
      ret(failWith(errno.EPERM)),
      ret(action.allow),
    ]),
  );
  code.push(ret(action.allow));

  const bytes = new DataView(new ArrayBuffer(code.length * 8));
  code.forEach((instruction, index) => {
    bytes.setUint16(index * 8, instruction.code, true);
    bytes.setUint8(index * 8 + 2, instruction.ifTrue);
    bytes.setUint8(index * 8 + 3, instruction.ifFalse);
    bytes.setUint32(index * 8 + 4, instruction.value >>> 0, true);
  });
  return new Uint8Array(bytes.buffer);
}

interface Instruction {
  readonly code: number;
  readonly ifTrue: number;
  readonly ifFalse: number;
  readonly value: number;
}

/** `struct seccomp_data`; little endian, so the low half of an argument comes first. */
const offset = { number: 0, arch: 4, arg0: 16, arg1: 24 } as const;
const arch = { x86_64: 0xc000_003e } as const;
const errno = { EPERM: 1, ENOSYS: 38 } as const;
const action = { kill: 0x8000_0000, allow: 0x7fff_0000 } as const;
const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const socketType = { datagram: 2 } as const;
const ioctls = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c } as const;
const call = { ioctl: 16, socket: 41, socketpair: 53, clone: 56, prlimit64: 302 } as const;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000;

/** Answered as if the kernel did not have them: io_uring_setup, _enter, _register (they do what filters cannot see), clone3. */
const missing: readonly number[] = [425, 426, 427, 435];

/** Refused: numbers of x86-64. */
const refused: readonly number[] = [
  // ptrace, process_vm_readv, process_vm_writev, kcmp, pidfd_getfd
  101, 310, 311, 312, 438,
  // mount, umount2, pivot_root, chroot, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
  165, 166, 155, 161, 428, 429, 430, 431, 432, 433, 442,
  // unshare, setns
  272, 308,
  // open_by_handle_at
  304,
  // bpf, perf_event_open, userfaultfd
  321, 298, 323,
  // add_key, request_key, keyctl
  248, 249, 250,
  // init_module, delete_module, finit_module, kexec_load, kexec_file_load, reboot
  175, 176, 313, 246, 320, 169,
  // swapon, swapoff, acct, quotactl, syslog, settimeofday, clock_settime, iopl, ioperm, vhangup, uselib, fanotify_init
  167, 168, 163, 179, 103, 164, 227, 172, 173, 153, 134, 300,
];

/**
 * chmod, fchmod, fchmodat, fchmodat2; chown, fchown, lchown, fchownat; setxattr, lsetxattr, fsetxattr, setxattrat,
 * removexattr, lremovexattr, fremovexattr, removexattrat; utime, utimes, futimesat, utimensat.
 */
const attributes: readonly number[] = [90, 91, 268, 452, 92, 93, 94, 260, 188, 189, 190, 463, 197, 198, 199, 466, 132, 235, 261, 280];

/**
 * What acts on other processes or on memory they share: shmget, shmat, shmctl; semget, semop, semctl, semtimedop; msgget, msgsnd,
 * msgrcv, msgctl; mq_open, mq_unlink; setpriority, sched_setparam, sched_setscheduler, sched_setaffinity, sched_setattr, ioprio_set;
 * migrate_pages, move_pages, process_madvise, process_mrelease.
 */
const toOthers: readonly number[] = [
  29, 30, 31, 64, 65, 66, 220, 68, 69, 70, 71, 240, 241, 141, 142, 144, 203, 314, 251, 256, 279, 440, 448,
];

function failWith(number: number): number {
  return 0x0005_0000 | number;
}

/** Runs `body`, which must return on every path, when the call is `number`. The call's number is in the accumulator. */
function onCall(number: number, body: readonly Instruction[]): readonly Instruction[] {
  return [jumpEqual(number, 0, body.length), ...body];
}

function load(at: number): Instruction {
  return { code: 0x20, ifTrue: 0, ifFalse: 0, value: at };
}
function and(value: number): Instruction {
  return { code: 0x54, ifTrue: 0, ifFalse: 0, value };
}
function jumpEqual(value: number, ifTrue: number, ifFalse: number): Instruction {
  return { code: 0x15, ifTrue, ifFalse, value };
}
function jumpAtLeast(value: number, ifTrue: number, ifFalse: number): Instruction {
  return { code: 0x35, ifTrue, ifFalse, value };
}
function jumpAnySet(value: number, ifTrue: number, ifFalse: number): Instruction {
  return { code: 0x45, ifTrue, ifFalse, value };
}
function ret(value: number): Instruction {
  return { code: 0x06, ifTrue: 0, ifFalse: 0, value };
}
