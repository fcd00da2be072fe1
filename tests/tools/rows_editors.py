# SPDX-License-Identifier: MIT
"""Rows of the matrix: editors. Each replaces the content of the job file T by that of the file S (steps.py), and saves."""

import os
import sys

from steps import OLD, RESTORED, Row, wrapped

VIM = 'vim -N -u NONE -i NONE -es --cmd "set backupskip= {}" -c "%d _" -c "0r $S" -c wq "$T"'
# Each error is caught and raised again. So emacs puts its backup back, as on a terminal. Without a handler, emacs 28 ends first
EMACS = ('emacs -Q --batch --eval "(progn {})" "$T" --eval "(condition-case problem (progn (erase-buffer)'
         ' (insert-file-contents \\"$S\\") (save-buffer)) (error (signal (car problem) (cdr problem))))"')
KEPT = "(setq make-backup-files t backup-enable-predicate (quote identity))"
RENAMED = KEPT + " (setq make-backup-file-name-function (lambda (f) (concat (file-name-sans-extension f) \\\"-old.yaml\\\")))"
ENDS = " (advice-add 'write-region :around (lambda (f &rest words) (condition-case nil (apply f words) (error (kill-emacs 255)))))"
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
    "make-backup-files": Row(KEPT, status=255, then=RESTORED),
    "make-backup-file-name-function": Row(RENAMED, status=255, then=RESTORED, backup="job-old.yaml"),
    "make-backup-files, ended by the error": Row(KEPT + ENDS, status=255),
    "make-backup-file-name-function, ended by the error": Row(RENAMED + ENDS, status=255, backup="job-old.yaml"),
    "file-precious-flag": Row("(setq file-precious-flag t)", status=255, then=OLD),
}
NANO_ROWS = {
    "plain": Row(""),
    "--backup": Row("--backup"),
}
ED = {"ed": Row('printf "%s\\n" ,d "0r $S" w q | ed -s "$T"', needs=("ed",), edits=True)}

ROWS = {**wrapped("vim: ", VIM, VIM_ROWS, "vim"), **wrapped("emacs: ", EMACS, EMACS_ROWS, "emacs"),
        **wrapped("nano: ", NANO, NANO_ROWS, "nano"), **ED}
