# SPDX-License-Identifier: MIT
"""Rows of the matrix: editors. Each replaces the content of the job file T by that of the file S (steps.py), and saves."""

import os
import sys

from steps import OLD, RESTORED, Row, wrapped

VIM = 'vim -N -u NONE -i NONE -es --cmd "set backupskip= {}" -c "%d _" -c "0r $S" -c wq "$T"'
EMACS = 'emacs -Q --batch --eval "(setq {})" "$T" --eval "(progn (erase-buffer) (insert-file-contents \\"$S\\") (save-buffer))"'
NANO = f'"{sys.executable}" "{os.path.join(os.path.dirname(__file__), "nano.py")}" "$T" "$S" {{}}'

VIM_ROWS = {
    "backupcopy=auto": Row("backupcopy=auto", then=RESTORED),
    "backupcopy=yes": Row("backupcopy=yes", then=RESTORED),
    "backupcopy=no": Row("backupcopy=no", then=RESTORED),
    "backup backupcopy=yes": Row("backup backupcopy=yes", then=RESTORED),
    "backup backupcopy=no": Row("backup backupcopy=no", then=RESTORED),
    "backup backupcopy=no backupext=.old.yaml": Row("backup backupcopy=no backupext=.old.yaml", then=RESTORED,
                                                    backup="job.yaml.old.yaml"),
    "nowritebackup": Row("nowritebackup"),
    "undofile": Row("undofile undodir=.", then=RESTORED),
}
EMACS_ROWS = {
    "make-backup-files": Row("make-backup-files t backup-enable-predicate (quote identity)", status=255),
    "make-backup-file-name-function": Row(
        "make-backup-files t backup-enable-predicate (quote identity) make-backup-file-name-function"
        " (lambda (f) (concat (file-name-sans-extension f) \\\"-old.yaml\\\"))", status=255, backup="job-old.yaml"),
    "file-precious-flag": Row("file-precious-flag t", status=255, then=OLD),
}
NANO_ROWS = {
    "plain": Row(""),
    "--backup": Row("--backup"),
}
ED = {"ed": Row('printf "%s\\n" ,d "0r $S" w q | ed -s "$T"', needs=("ed",), edits=True)}

ROWS = {**wrapped("vim: ", VIM, VIM_ROWS, "vim"), **wrapped("emacs: ", EMACS, EMACS_ROWS, "emacs"),
        **wrapped("nano: ", NANO, NANO_ROWS, "nano"), **ED}
