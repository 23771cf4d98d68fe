"""The hands of forgetful.c: what lies in a folder now is on the disk; what a program does to it from here on is there after a power cut only
as far as that program fsynced it."""
import os
import shutil


class Disk:
    """`with` the environment of `under` a program writes to it; killed, `cut` puts the folder back to what the disk would have."""

    def __init__(self, library, folder, kept):
        self.library, self.folder, self.kept = library.resolve(), folder.resolve(), kept.resolve()
        assert self.library.exists(), self.library
        self.note()

    def under(self):
        return {"LD_PRELOAD": str(self.library), "FORGETFUL_ROOT": str(self.folder), "FORGETFUL_KEPT": str(self.kept)}

    def note(self):
        """All there is, as if it had been fsynced."""
        shutil.rmtree(self.kept, ignore_errors=True)
        for part in ("content", "names", "pins"):
            (self.kept / part).mkdir(parents=True)
        for at, folders, files in os.walk(self.folder):
            lines = [f"d {os.stat(os.path.join(at, name)).st_ino} {name}\n" for name in folders]
            for name in files:
                path = os.path.join(at, name)
                inode = os.stat(path).st_ino
                os.link(path, self.kept / "pins" / str(inode))
                shutil.copy2(path, self.kept / "content" / str(inode))
                lines.append(f"f {inode} {name}\n")
            (self.kept / "names" / str(os.stat(at).st_ino)).write_text("".join(lines))

    def cut(self):
        """Returns the names that were there and are not, or are other than they were: how much was forgotten."""
        before, lists, home = contents(self.folder), {}, {}
        for path in sorted((self.kept / "names").iterdir(), key=lambda p: p.stat().st_mtime_ns):
            lists[path.name] = [line.split(" ", 2) for line in path.read_text().split("\n") if line]
            for _, inode, _ in lists[path.name]:
                home[inode] = path.name  # a move from folder to folder is one step for any disk: who was fsynced last has it
        for child in self.folder.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        self.restore(self.folder, str(self.folder.stat().st_ino), lists, home)
        self.note()
        after = contents(self.folder)
        return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))

    def restore(self, folder, inode, lists, home):
        for kind, child, name in lists.get(inode, []):
            if home[child] != inode:
                continue
            if kind == "d":
                (folder / name).mkdir()
                self.restore(folder / name, child, lists, home)
                continue
            content = self.kept / "content" / child
            os.link(self.kept / "pins" / child, folder / name)  # the same inode, for it is in journals
            (folder / name).write_bytes(content.read_bytes() if content.exists() else b"")
            if content.exists():
                shutil.copystat(content, folder / name)  # adapters know a paper by its inode and times


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
