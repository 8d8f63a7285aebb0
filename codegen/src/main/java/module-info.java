/** Generates walkers: a hidden class for a role and a slot layout. */
module org.pagestamp.codegen {
  requires transitive org.pagestamp.runtime;
  requires org.objectweb.asm;
  requires org.objectweb.asm.util;

  exports org.pagestamp.codegen;
}
