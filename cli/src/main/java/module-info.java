/** The command line, started by {@code ./pagestamp}. */
module org.pagestamp.cli {
  requires com.fasterxml.jackson.core;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires org.pagestamp.conformance;
  requires org.pagestamp.example.tiny86;

  opens org.pagestamp.cli to
      info.picocli;
}
