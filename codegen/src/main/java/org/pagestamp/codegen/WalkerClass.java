package org.pagestamp.codegen;

import java.util.Map;

/** A generated walker class before it is defined. STUB: being written. */
public final class WalkerClass {
  /** Simple name, which names mode and layout. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /** The class file's bytes. */
  public byte[] classFile() {
    throw new UnsupportedOperationException();
  }

  /** The readable listing; line n of it is line n of the class's line-number tables. */
  public String listing() {
    throw new UnsupportedOperationException();
  }

  /** The bytecode as text. */
  public String bytecode() {
    throw new UnsupportedOperationException();
  }

  /** Bytes of bytecode by method name. */
  public Map<String, Integer> methodSizes() {
    throw new UnsupportedOperationException();
  }
}
