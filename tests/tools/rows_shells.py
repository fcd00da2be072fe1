# SPDX-License-Identifier: MIT
"""Rows of the matrix: redirections in every shell, and descriptors that are passed on."""

from steps import APPEND, WHOLE, Row

SHELLS = {"bash": "bash", "dash": "dash", "zsh": "zsh", "busybox": "busybox sh"}
LOOK_AWAY = dict.fromkeys(SHELLS, 0)  # the exit status of a form with which no shell reports the refusal

# Forms of redirections: the script, and the exit status in each shell if the commit is refused.
FORMS = {
    "cat > f": ('cat "$S" > "$T"; exit $?', {"bash": 1, "dash": 0, "zsh": 1, "busybox": 0}),
    "cat >> f": ('cat "$S" >> "$T"; exit $?', {"bash": 1, "dash": 0, "zsh": 1, "busybox": 0}),
    "exec cat > f": ('exec cat "$S" > "$T"', {"bash": 1, "dash": 1, "zsh": 1, "busybox": 1}),
    "echo > f": ('echo "$(cat "$S")" > "$T"', LOOK_AWAY),
    "echo >> f": ('[ -s "$S" ] || exit 0; echo "$(cat "$S")" >> "$T"', LOOK_AWAY),
    "printf > f": ('printf "%s\\n" "$(cat "$S")" > "$T"', LOOK_AWAY),
    "printf >> f": ('[ -s "$S" ] || exit 0; printf "%s\\n" "$(cat "$S")" >> "$T"', LOOK_AWAY),
    "cat > f << EOF": ('cat > "$T" << EOF\n$(cat "$S")\nEOF\nexit $?', {"bash": 1, "dash": 0, "zsh": 1, "busybox": 0}),
    "(a; b) > f": ('(cat "$A"; cat "$B") > "$T"; exit $?', {"bash": 1, "dash": 1, "zsh": 1, "busybox": 1}),
    "{ a; b; } > f": ('{ cat "$A"; cat "$B"; } > "$T"; exit $?', LOOK_AWAY),
    "exec 3> f": ('exec 3> "$T"; cat "$A" >&3; cat "$B" >&3; exec 3>&-', LOOK_AWAY),
}


def row(form, shell):
    script, status = FORMS[form]
    return Row(script, status=status[shell], shell=SHELLS[shell],
               writes=APPEND if ">>" in form else WHOLE)


# Two processes write the job file, and the close of the last one commits. The second process opens the file before the first one
# writes.
TWO_WRITERS = """
mkfifo "$D/opened" "$D/go"
{ echo > "$D/opened"; read -r go < "$D/go"; cat "$B"; } >> "$T" &
read -r opened < "$D/opened"
cat "$A" > "$T"
echo > "$D/go"
wait
"""
# A child outlives the script, and writes the last piece. When it ends, the kernel closes its descriptors in their order: first the
# job file (3), later a copy of standard output (9). So the test, which reads standard output to its end, waits for the commit.
OUTLIVES = """
mkfifo "$D/go"
exec 3> "$T" 9>&1
cat "$A" >&3
(read -r go < "$D/go"; cat "$B" >&3) &
exec 3>&-
echo > "$D/go"
"""

ROWS = {f"{shell}: {form}": row(form, shell) for form in FORMS for shell in SHELLS}
ROWS |= {
    "two writers at once": Row(TWO_WRITERS, status=0),
    "a child that outlives its parent": Row(OUTLIVES, status=0),
}
