package org.pagestamp.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Stage2Kind;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command {@code pagestamp}. */
@Command(
    name = "pagestamp",
    mixinStandardHelpOptions = true,
    versionProvider = PagestampCommand.Version.class,
    description = "Walks x86 page tables, interpreted and by a class generated for the guest.",
    subcommands = {
      DemoCommand.class,
      MapCommand.class,
      RmapCommand.class,
      WalkCommand.class,
      ExplainCommand.class,
      ListCommand.class,
      ProfilesCommand.class,
      ConformCommand.class,
      Tiny86Command.class,
      StressCommand.class,
      BenchCommand.class,
      CaptureCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:ok", "1:a mismatch or a fault was found", "2:bad usage or bad input"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp demo",
      "  pagestamp map linux64-4l-max",
      "  pagestamp map memory.elf --format tsv",
      "  pagestamp explain linux64-4l-max 0xffffffff81000000",
      "  pagestamp list --slots 0+128M:ram,0xffff0000+64K:rom",
      "  pagestamp conform --vectors vectors.jsonl.gz --report report.html",
      "  pagestamp tiny86",
      "  pagestamp bench --quick"
    })
public final class PagestampCommand implements Runnable {
  static final int OK = 0;
  static final int FOUND = 1;
  static final int BAD_INPUT = 2;
  private static final int INTERNAL_ERROR = 3;

  @Spec private CommandSpec spec;

  PagestampCommand() {}

  /** Runs the command line and ends the JVM with its exit code. */
  public static void main(String[] args) {
    // Not System.out: its lines would be flushed one by one.
    PrintWriter out =
        new PrintWriter(
            new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.out), StandardCharsets.US_ASCII));
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.US_ASCII);
    System.exit(run(out, err, args));
  }

  /** Runs the command line and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine command =
        new CommandLine(new PagestampCommand())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(PagingMode.class, Numbers::mode)
            .registerConverter(Stage2Kind.class, Numbers::stage2Kind)
            .registerConverter(Profile.class, Numbers::profile)
            .setParameterExceptionHandler(PagestampCommand::badUsage)
            .setExecutionExceptionHandler(PagestampCommand::failed);
    command.getSubcommands().get("capture").setUnmatchedOptionsArePositionalParams(true);
    int exitCode = command.execute(args);
    out.flush();
    err.flush();
    return exitCode;
  }

  private static int badUsage(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    err.println(name + ": " + e.getMessage());
    err.println("Try '" + name + " --help'.");
    return BAD_INPUT;
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    command.getOut().flush();
    if (e instanceof GuestFormatException) {
      err.println(command.getCommandSpec().qualifiedName() + ": " + e.getMessage());
      return BAD_INPUT;
    }
    err.println("pagestamp: this is a mistake in pagestamp itself, please report it:");
    e.printStackTrace(err);
    return INTERNAL_ERROR;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The version that the jar was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = PagestampCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "pagestamp " + (version == null ? "(not started from its jar)" : version),
        "JDK " + Runtime.version()
      };
    }
  }
}
