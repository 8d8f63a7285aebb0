package org.pagestamp.cli;

import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.walk.Access;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The kind of access; without any option a supervisor read. */
final class AccessMixin {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--write", description = "The access is a write, not a read.")
  private boolean write;

  @Option(names = "--fetch", description = "The access is an instruction fetch.")
  private boolean fetch;

  @Option(names = "--user", description = "A user access (CPL 3), not a supervisor's.")
  private boolean user;

  @Option(names = "--ac", description = "EFLAGS.AC is set: SMAP does not forbid the access.")
  private boolean ac;

  @Option(
      names = "--implicit",
      description = "The CPU's own access, such as to a descriptor table.")
  private boolean implicit;

  /** The access to a guest-physical address. */
  int stage2Access() {
    if (ac || implicit) {
      throw new ParameterException(
          spec.commandLine(), "--ac and --implicit mean nothing to stage 2 alone");
    }
    int access = access();
    return ((access & Access.WRITE) != 0
            ? Stage2Access.WRITE
            : (access & Access.FETCH) != 0 ? Stage2Access.FETCH : Stage2Access.READ)
        | (user ? Stage2Access.USER : 0);
  }

  int access() {
    int access =
        (write ? Access.WRITE : 0)
            | (fetch ? Access.FETCH : 0)
            | (user ? Access.USER : 0)
            | (ac ? Access.AC : 0)
            | (implicit ? Access.IMPLICIT : 0);
    if (!Access.isValid(access)) {
      throw new ParameterException(
          spec.commandLine(),
          "--write and --fetch exclude each other, and so do --user and --implicit");
    }
    return access;
  }
}
