package org.pagestamp.codegen;

/** Access to the registers and the results in a {@code NestedState} and a {@code Stage2State}. */
final class NestedFields {
  private NestedFields() {}

  static Expr guest(Expr state) {
    return Expr.invoke(state, false, "guest", "()Lorg/pagestamp/walk/VcpuState;");
  }

  static Expr stage2(Expr state) {
    return Expr.invoke(state, false, "stage2", "()Lorg/pagestamp/stage2/Stage2State;");
  }

  /** EPTP or nCR3. */
  static Expr root(Expr stage2) {
    return Expr.invoke(stage2, false, "root", "()J");
  }

  /** Notes what the guest's tables led to, and how stage 2 translated it. */
  static Expr page(Expr state, Expr gpa, Expr result) {
    return Expr.invoke(state, false, "page", "(JJ)V", gpa, result);
  }

  /** The same, where the class itself packs the result when it is asked for. */
  static Expr page(Expr state, Expr gpa, Expr word, Expr place) {
    return Expr.invoke(state, false, "page", "(JJJ)V", gpa, word, place);
  }

  /** Notes that the class packs the result. */
  static Expr packer(Expr state) {
    String descriptor = "(Lorg/pagestamp/nested/PagePacker;)V";
    return Expr.invoke(state, false, "packer", descriptor, Expr.self());
  }

  /** Notes the address that stage 2 is to translate. */
  static Expr gpa(Expr stage2, Expr gpa) {
    return Expr.invoke(stage2, false, "gpa", "(J)V", gpa);
  }

  /** Whether the page-modification log has no entry left. */
  static Expr isLogFull(Expr stage2) {
    return Expr.invoke(log(stage2), false, "isFull", "()Z");
  }

  /** Logs the page of an address; false if the log is full. */
  static Expr addToLog(Expr stage2, Expr layout, Expr gpa) {
    return Expr.invoke(
        log(stage2), false, "add", "(Lorg/pagestamp/slot/SlotLayout;J)Z", layout, gpa);
  }

  private static Expr log(Expr stage2) {
    return Expr.invoke(stage2, false, "pml", "()Lorg/pagestamp/stage2/PageModificationLog;");
  }

  /** Scratch space of batches. */
  static Expr lanes(Expr state) {
    return Expr.invoke(state, false, "lanes", "()[J");
  }

  static Expr isObserver(Expr stage2) {
    return Expr.invoke(stage2, false, "isObserver", "()Z");
  }

  static Expr beginTries(Expr state) {
    return Expr.invoke(state, false, "beginTries", "()V");
  }

  static Expr mayTryAgain(Expr state) {
    return Expr.invoke(state, false, "mayTryAgain", "()Z");
  }
}
