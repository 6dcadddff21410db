//! Whether a folder holds the names it held.

use std::{io, path::Path};

use rustix::fs::{self, AtFlags, CWD, FsWord, StatxFlags};

use super::{Identity, Stamp, folder::since_epoch, now};

/// File systems that set the change time of a folder whenever something in it is added, removed or renamed. Of others,
/// such as those of a network, that is not sure.
const KEEPING: [FsWord; 6] = [
    0xef53,      // ext2, ext3, ext4
    0x5846_5342, // XFS
    0x9123_683e, // Btrfs
    0xf2f5_2010, // F2FS
    0x2fc1_2fc1, // ZFS
    0x0102_1994, // tmpfs
];

const LOOKS: StatxFlags = StatxFlags::CTIME.union(StatxFlags::INO);

pub(super) fn look(path: &Path) -> io::Result<Stamp> {
    let taken = now();
    let looks = fs::statx(CWD, path, AtFlags::empty(), LOOKS)?;
    let is_told = StatxFlags::from_bits_retain(looks.stx_mask).contains(LOOKS);
    if !is_told || !KEEPING.contains(&fs::statfs(path)?.f_type) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let device = fs::makedev(looks.stx_dev_major, looks.stx_dev_minor);
    let changed = looks.stx_ctime;
    Ok(Stamp {
        length: 0,
        modified: since_epoch(changed.tv_sec, changed.tv_nsec),
        identity: Identity::File(device, looks.stx_ino),
        taken,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder looks as it did, until it does not.
    fn check(change: impl FnOnce(&Path), is_other: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir(path.join("deep")).unwrap();
        fs::write(path.join("a.csv"), "close\n1\n").unwrap();
        let Ok(before) = look(path) else {
            let kind = super::fs::statfs(path).unwrap().f_type;
            assert!(!KEEPING.contains(&kind), "{kind:x}");
            return;
        };
        // Until its clock ticks, it looks the same.
        std::thread::sleep(std::time::Duration::from_millis(25));
        change(path);
        let after = look(path).unwrap();
        assert_eq!(!after.looks_like(&before), is_other);
        assert!(before.is_racy());
        let later = Stamp {
            taken: before.taken + std::time::Duration::from_secs(3),
            ..before
        };
        assert!(!later.is_racy());
    }

    #[test]
    fn names_that_come_go_and_change_are_noticed_and_what_files_hold_is_not() {
        check(|_| (), false);
        check(|path| fs::write(path.join("b.csv"), "").unwrap(), true);
        check(|path| fs::create_dir(path.join("b")).unwrap(), true);
        check(|path| fs::remove_file(path.join("a.csv")).unwrap(), true);
        let rename = |path: &Path| fs::rename(path.join("a.csv"), path.join("b.csv")).unwrap();
        check(rename, true);
        check(|path| fs::write(path.join("a.csv"), "2\n").unwrap(), false);
        check(
            |path| fs::write(path.join("deep/b.csv"), "").unwrap(),
            false,
        );
    }

    #[test]
    fn a_time_that_was_set_back_hides_nothing() {
        let set_back = |path: &Path| {
            let folder = fs::File::open(path).unwrap();
            let then = folder.metadata().unwrap().modified().unwrap();
            fs::write(path.join("b.csv"), "").unwrap();
            folder.set_modified(then).unwrap();
        };
        check(set_back, true);
    }

    #[test]
    fn what_is_no_folder_that_keeps_names_is_not_relied_on() {
        assert!(look(Path::new("/no/such/folder")).is_err());
        let kind = look(Path::new("/proc")).unwrap_err().kind();
        assert_eq!(kind, io::ErrorKind::Unsupported);
    }
}
