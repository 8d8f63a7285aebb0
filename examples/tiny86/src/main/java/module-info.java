/** An example: a small x86 emulator whose paging is Pagestamp's. */
@SuppressWarnings("module") // the digits are the processor's
module org.pagestamp.example.tiny86 {
  requires transitive org.pagestamp.codegen;

  exports org.pagestamp.example.tiny86;
}
