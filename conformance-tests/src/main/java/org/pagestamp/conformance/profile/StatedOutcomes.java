package org.pagestamp.conformance.profile;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.profile.Profile;

/**
 * What processors, KVM and emulators do, row by row, as their manuals, sources and tests have it:
 * typed here, and never taken from a walk.
 *
 * <p>Where a profile is known to do something else, {@link #DEVIATIONS} has what that is; so each
 * such place is one that is known, and the two lists can only change together with the walkers.
 */
final class StatedOutcomes {
  /** Sources are named in docs/profiles.md. {@code =} is as in the first column. */
  private static final String OUTCOMES =
      """
      row  ; kvm                          ; intel                     ; amd                       ; qemu                        ; bochs
      D1   ; #PF 0x9 P RSVD               ; =                         ; =                         ; #PF 0x8 RSVD                ; =
      D2   ; #PF 0x9 P RSVD               ; =                         ; =                         ; page of level 3             ; =
      D3   ; allowed, unchanged           ; =                         ; =                         ; allowed, set in memory      ; =
      D4a  ; #GP at the load of CR3       ; =                         ; =                         ; allowed                     ; =
      D4b  ; #GP at the load of CR3       ; =                         ; =                         ; #PF 0x8 RSVD                ; =
      D4c  ; #GP at the load of CR3       ; -                         ; #PF 0x9 P RSVD            ; #PF 0x8 RSVD                ; #PF 0x9 P RSVD
      D5a  ; register counts              ; =                         ; =                         ; memory counts               ; =
      D5b  ; register counts              ; -                         ; memory counts             ; memory counts               ; memory counts
      D5c  ; register counts              ; =                         ; -                         ; -                           ; =
      D6a  ; 36 bits; 21:17 reserved      ; 40 bits; 21 reserved      ; 40 bits; 21 reserved      ; 40 bits; 21 reserved        ; 40 bits; 21 reserved
      D6b  ; 36 bits; 21:17 reserved      ; 38 bits; 21:19 reserved   ; 38 bits; 21:19 reserved   ; 40 bits; 21 reserved        ; 40 bits; 21 reserved
      D7a  ; reserved                     ; ignored                   ; reserved                  ; ignored                     ; ignored
      D7b  ; ignored                      ; ignored                   ; reserved                  ; ignored                     ; ignored
      D8   ; #PF 0x14 USER FETCH          ; #PF 0x4 USER              ; #PF 0x4 USER              ; #PF 0x4 USER                ; #PF 0x4 USER
      D9a  ; none                         ; =                         ; =                         ; PML4E, PDPTE, PDE           ; =
      D9b  ; none                         ; =                         ; =                         ; PML4E, PDPTE, PDE           ; =
      D10a ; #PF 0x27 P WRITE USER PK     ; =                         ; =                         ; =                           ; =
      D10b ; #PF 0x5 P USER               ; #PF 0x25 P USER PK        ; #PF 0x25 P USER PK        ; #PF 0x5 P USER              ; #PF 0x25 P USER PK
      D11  ; allowed                      ; =                         ; =                         ; =                           ; #PF 0x21 P PK
      D12a ; clear                        ; =                         ; -                         ; -                           ; A and D set
      D12b ; clear                        ; -                         ; =                         ; A and D set                 ; A and D set
      D13a ; #PF 0x1 P                    ; =                         ; =                         ; =                           ; allowed
      D13b ; #PF 0x1 P                    ; =                         ; =                         ; allowed                     ; allowed
      D14  ; CR4.PKS refused, allowed     ; #PF 0x21 P PK             ; #PF 0x21 P PK             ; #PF 0x21 P PK               ; #PF 0x21 P PK
      D16a ; CR4.LASS refused, #PF 0x4 USER ; #GP or #SS              ; #GP or #SS                ; CR4.LASS refused, #PF 0x4 USER ; #GP or #SS
      D16b ; CR4.LASS refused, allowed    ; #GP or #SS                ; #GP or #SS                ; CR4.LASS refused, allowed   ; allowed
      D17  ; allowed                      ; =                         ; =                         ; #GP or #SS                  ; #GP or #SS
      D18a ; #PF 0x0: table in no slot    ; #PF 0x9 P RSVD: reserved bit ; #PF 0x9 P RSVD: reserved bit ; #PF 0x0: not present  ; #PF 0x9 P RSVD: reserved bit
      D18b ; #PF 0x0: table in no slot    ; page 0xfffff000           ; page 0xfffff000           ; #PF 0x0: not present        ; page 0xfffff000
      D19a ; entry kept, told as clean    ; exit                      ; exit                      ; entry kept, told as dirty   ; entry kept, told as dirty
      D19b ; allowed                      ; =                         ; exit                      ; =                           ; =
      D20  ; new page, change kept        ; =                         ; =                         ; old page, change kept       ; old page, change lost
      D21  ; allowed, none                ; =                         ; =                         ; allowed, 4 pages            ; =
      D22a ; EPT violation 0xab           ; =                         ; -                         ; -                           ; =
      D22b ; EPT violation 0xab           ; allowed                   ; -                         ; -                           ; allowed
      D22c ; EPT violation 0xab           ; =                         ; -                         ; -                           ; allowed
      D23  ; 4, 5                         ; =                         ; none                      ; none                        ; 4
      D24a ; EPT misconfiguration         ; =                         ; -                         ; -                           ; allowed
      D24b ; allowed                      ; EPT misconfiguration      ; -                         ; -                           ; =
      D25  ; bit 6 set                    ; =                         ; -                         ; -                           ; bit 6 clear
      D26  ; the host's                   ; -                         ; =                         ; =                           ; others
      D27a ; allowed                      ; -                         ; #NPF RSVD                 ; allowed                     ; #NPF RSVD
      D27b ; allowed                      ; -                         ; #NPF RSVD                 ; #NPF RSVD                   ; #NPF RSVD
      D28a ; bit 4 clear                  ; -                         ; =                         ; =                           ; bit 4 set
      D28b ; bit 4 clear                  ; -                         ; bit 4 set                 ; =                           ; bit 4 set
      D29  ; allowed, untranslated frame  ; allowed, translated frame ; allowed, translated frame ; allowed, translated frame   ; allowed, translated frame
      D30  ; allowed, PML4E, PDPTE, PDE, PTE ; allowed, none          ; allowed, none             ; allowed, none               ; allowed, none
      D31  ; a fault                      ; refused                   ; refused                   ; walked as 2-level           ; refused
      D32  ; #GP or #SS                   ; =                         ; =                         ; #GP                         ; =
      D33a ; bits ignored                 ; EPT violation 0x181       ; -                         ; -                           ; =
      D33b ; bits ignored                 ; -                         ; #NPF 0x100000004          ; =                           ; =
      D35  ; fault, kept                  ; =                         ; -                         ; -                           ; allowed, overwritten
      D37  ; bit 7 set                    ; bit 7 clear               ; -                         ; -                           ; bit 7 clear
      D38  ; its page                     ; the byte                  ; the byte                  ; the byte                    ; the byte
      """;

  /** What is not as stated: row, profile, and what its walks come to instead. */
  private static final String DEVIATIONS =
      """
      D21 ; qemu  ; allowed, none
      D25 ; bochs ; bit 6 set
      D26 ; bochs ; the host's
      D30 ; kvm   ; allowed, none
      D31 ; kvm   ; refused
      D31 ; qemu  ; refused
      D32 ; qemu  ; #GP or #SS
      """;

  private StatedOutcomes() {}

  /** The stated outcomes of each row, those of all profiles. */
  static Map<String, Map<Profile, String>> stated() {
    List<List<String>> lines = OUTCOMES.lines().map(StatedOutcomes::cells).toList();
    Map<String, Map<Profile, String>> stated = new LinkedHashMap<>();
    for (List<String> line : lines.subList(1, lines.size())) {
      Map<Profile, String> outcomes = new EnumMap<>(Profile.class);
      for (int column = 1; column < line.size(); column++) {
        String cell = line.get(column);
        outcomes.put(
            Profile.ofLabel(lines.getFirst().get(column)), cell.equals("=") ? line.get(1) : cell);
      }
      stated.put(line.getFirst(), outcomes);
    }
    return stated;
  }

  /** What is not as stated. */
  record Deviation(String row, Profile profile, String outcome) {}

  /** All deviations. */
  static List<Deviation> deviations() {
    return DEVIATIONS
        .lines()
        .map(StatedOutcomes::cells)
        .map(cells -> new Deviation(cells.get(0), Profile.ofLabel(cells.get(1)), cells.get(2)))
        .toList();
  }

  /** Whether a profile, named by its label, is known not to do as stated. */
  static boolean deviates(String row, String profile) {
    return deviations().stream()
        .anyMatch(
            deviation -> deviation.row.equals(row) && deviation.profile.label().equals(profile));
  }

  /** What walks of a profile are to come to: what is stated, or a known deviation. */
  static String expected(String row, Profile profile) {
    return deviations().stream()
        .filter(deviation -> deviation.row.equals(row) && deviation.profile == profile)
        .map(Deviation::outcome)
        .findFirst()
        .orElseGet(() -> stated().get(row).get(profile));
  }

  private static List<String> cells(String line) {
    // Not the semicolon of "36 bits; 21:17 reserved", which has no space before it.
    return Arrays.stream(line.split(" ;")).map(String::strip).toList();
  }
}
