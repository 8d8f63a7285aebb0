/** Reads guest captures and vectors and compares walkers with them. */
module org.pagestamp.conformance {
  requires transitive org.pagestamp.codegen;
  requires com.fasterxml.jackson.databind;

  exports org.pagestamp.conformance;
  exports org.pagestamp.conformance.example;
  exports org.pagestamp.conformance.group;
  exports org.pagestamp.conformance.profile;
  exports org.pagestamp.conformance.run;
  exports org.pagestamp.conformance.smp;
  exports org.pagestamp.guest;
}
