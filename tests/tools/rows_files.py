# SPDX-License-Identifier: MIT
"""Rows of the matrix: tools that copy, move, unpack and filter files."""

from steps import APPEND, CUT, ERRNO, MOVED, OLD, RESTORED, Row, wrapped

# Expressions for sed -i and perl -i: they replace any old content of the file by the content of S (steps.py).
SED_INTO = """-e "1r $S" -e d"""
BUSYBOX_INTO = """-e "1r $S" -e d"""
PERL_INTO = """-pe 'BEGIN { local $/; open F, "<", $ENV{S}; $s = <F> } $_ = $. == 1 ? $s : ""'"""

COREUTILS = {
    "cp": Row('cp "$S" "$T"'),
    "cp -a": Row('cp -a "$S" "$T"', attributes="travel"),
    "cp -r": Row('cp -r "$S" "$T"'),
    "cp --preserve=xattr": Row('cp --preserve=xattr "$S" "$T"', attributes="travel"),
    "cp --remove-destination": Row('cp --remove-destination "$S" "$T"'),
    "cp --backup": Row('cp --backup=simple "$S" "$T"', then=RESTORED),
    "cp --backup --suffix=.bak.yaml": Row('cp --backup=simple --suffix=.bak.yaml "$S" "$T"', then=RESTORED, backup="job.yaml.bak.yaml"),
    "cp within the mount": Row('cp "$S" x.tmp && cp x.tmp "$T"'),
    "install": Row('install -m 644 "$S" "$T"'),
    "install -b -S .bak.yaml": Row('install -m 644 -b -S .bak.yaml "$S" "$T"', then=RESTORED, backup="job.yaml.bak.yaml"),
    "mv from another file system": Row('mv "$S" "$T"', attributes="travel"),
    "mv of a scratch file": Row('cp "$S" x.tmp && mv x.tmp "$T"', then=OLD),
    "ln -f of a scratch file": Row('cp "$S" x.tmp && ln -f x.tmp "$T" && rm x.tmp', then=OLD),
    "ln -b -f -S .bak.yaml": Row('cp "$S" x.tmp && ln -b -f -S .bak.yaml x.tmp "$T" && rm x.tmp', then=RESTORED,
                                 backup="job.yaml.bak.yaml"),
    "tee": Row('tee "$T" < "$S" > "$D/out"'),
    "tee -a": Row('tee -a "$T" < "$S" > "$D/out"', writes=APPEND),
    "dd": Row('dd if="$S" of="$T" bs=16 status=none'),
    "dd conv=fsync": Row('dd if="$S" of="$T" bs=16 conv=fsync status=none'),
    "dd oflag=append": Row('dd if="$S" of="$T" oflag=append conv=notrunc status=none', writes=APPEND),
    "sort -o": Row('sort -s -k 99 -o "$T" "$S"', status=2),
    "truncate": Row('truncate -s "$(stat -c %s "$S")" "$T"', writes=CUT, edits=True),
    "busybox cp": Row('busybox cp "$S" "$T"', needs=("busybox",)),
    "busybox tee": Row('busybox tee "$T" < "$S" > "$D/out"', status=0, needs=("busybox",)),
}

FILTERS = {
    "sed -i": Row(f'sed -i {SED_INTO} "$T"', status=4, then=OLD, needs=("sed",), edits=True),
    "sed -i'old_*'": Row(f"sed -i'old_*' {SED_INTO} job.yaml", status=4, then=MOVED, needs=("sed",), edits=True, backup="old_job.yaml"),
    "busybox sed -i.old.yaml": Row(f'busybox sed -i.old.yaml {BUSYBOX_INTO} "$T"', then=MOVED, needs=("busybox",), edits=True,
                                   backup="job.yaml.old.yaml"),
    "perl -i": Row(f'perl -i {PERL_INTO} "$T"', status=ERRNO, then=OLD, needs=("perl",), edits=True),
    "perl -i'old_*'": Row(f"perl -i'old_*' {PERL_INTO} job.yaml", status=ERRNO, then=MOVED, needs=("perl",), edits=True,
                          backup="old_job.yaml"),
    "perl close or die": Row('perl -e \'open F, ">", $ENV{T}; print F <STDIN>; close F or die\' < "$S"', status=ERRNO, needs=("perl",)),
    "gawk": Row('gawk \'{ print > ENVIRON["T"] }\' "$S"', status=0, needs=("gawk",)),
    "mawk": Row('mawk \'{ print > ENVIRON["T"] }\' "$S"', status=2, needs=("mawk",)),
    "sponge": Row('sponge "$T" < "$S"', needs=("sponge",)),
    "patch": Row('cmp -s "$T" "$S" || diff -u "$T" "$S" | patch -s "$T"', status=2, then=OLD,
                 needs=("patch", "diff"), edits=True),
}

FILTERS |= {
    f"patch -b {option}": Row(f'cmp -s "$T" "$S" || diff -u "$T" "$S" | patch -s -b {option} job.yaml', status=2, then=MOVED,
                              needs=("patch", "diff"), edits=True, backup=backup)
    for option, backup in {"-z .old.yaml": "job.yaml.old.yaml", "-B old_": "old_job.yaml", "-Y old_": "old_job.yaml"}.items()
}

RSYNC = {
    "rsync": Row('rsync "$S" "$T"', status=23, then=OLD),
    "rsync -a": Row('rsync -a "$S" "$T"', status=23, then=OLD),
    "rsync -X": Row('rsync -X "$S" "$T"', status=23, then=OLD, attributes="travel"),
    "rsync -X --inplace": Row('rsync -X --inplace "$S" "$T"', status=11, attributes="travel", late=True),
    "rsync --inplace": Row('rsync --inplace "$S" "$T"', status=11),
    "rsync --backup": Row('rsync --backup "$S" "$T"', status=23, then=MOVED),
    "rsync --backup --suffix=.bak.yaml": Row('rsync --backup --suffix=.bak.yaml "$S" "$T"', status=23, then=MOVED,
                                             backup="job.yaml.bak.yaml"),
    "rsync --backup --backup-dir": Row('rsync --backup --backup-dir=bak "$S" "$T"', status=23, then=MOVED, backup="bak/job.yaml"),
    "rsync --delay-updates --backup": Row('rsync --delay-updates --backup --suffix=.bak.yaml "$S" ./', status=23, then=MOVED,
                                          backup="job.yaml.bak.yaml"),
    "rsync --delay-updates": Row('rsync --delay-updates "$S" ./', status=23, then=OLD),
}

PACK = 'tar {} -C "${{S%/*}}" -cf "$D/t.tar" "${{S##*/}}" && '
ARCHIVES = {
    "tar": Row(PACK.format("") + 'tar -xf "$D/t.tar"', status=2, needs=("tar",)),
    "tar --xattrs": Row(PACK.format("--xattrs") + 'tar --xattrs -xf "$D/t.tar"', status=2, attributes="travel", needs=("tar",)),
    "tar --overwrite": Row(PACK.format("") + 'tar --overwrite -xf "$D/t.tar"', status=2, needs=("tar",)),
    "tar --backup --suffix=.bak.yaml": Row(PACK.format("") + 'tar --backup=simple --suffix=.bak.yaml -xf "$D/t.tar"', status=2,
                                           then=RESTORED, needs=("tar",), backup="job.yaml.bak.yaml"),
    "busybox tar": Row(PACK.format("") + 'busybox tar -xf "$D/t.tar"', status=0, needs=("tar", "busybox")),
    "cpio": Row('(cd "${S%/*}"; echo "${S##*/}" | cpio -o --quiet) > "$D/c" && cpio -iu --quiet < "$D/c"', status=2,
                needs=("cpio",)),
    "unzip": Row('(cd "${S%/*}"; zip -q "$D/z.zip" "${S##*/}") && unzip -qo "$D/z.zip"', status=0,
                 needs=("zip", "unzip")),
}

ROWS = {**COREUTILS, **FILTERS, **wrapped("", "{}", RSYNC, "rsync"), **ARCHIVES}
