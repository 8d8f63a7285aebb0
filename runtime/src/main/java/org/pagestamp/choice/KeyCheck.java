package org.pagestamp.choice;

/** How the protection key and the rights of a page go together. */
public enum KeyCheck implements Choice {
  /**
   * Both are checked; bit PK of the error code tells that the key forbids the access, whatever else
   * does. Processors, KVM.
   */
  WITH_RIGHTS("key-with-rights"),
  /** A user access to a supervisor page is refused without a look at the key: QEMU. */
  AFTER_USER_CHECK("key-after-user-check"),
  /**
   * The key is checked before the U/S bit of the leaf is known, so that the levels above alone say
   * whether PKRU or IA32_PKRS holds: Bochs.
   */
  BEFORE_LEAF_RIGHTS("key-before-leaf-rights");

  private final String label;

  KeyCheck(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
