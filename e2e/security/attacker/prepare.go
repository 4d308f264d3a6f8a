package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Files that cost whoever reads or empties the volume. The number is how many.
var preparations = map[string]func(int) error{
	"deep":      deep,
	"many":      many,
	"sparse":    sparse,
	"not-utf-8": notUTF8,
}

// Names of the longest length, but for what is put before them.
var long = strings.Repeat("n", 240)

// Directories in directories below the files' directory, with a file at each level.
func deep(levels int) error {
	if err := os.Chdir("..data/"); err != nil {
		return err
	}
	for level := 0; level < levels; level++ {
		if err := os.WriteFile("file", nil, 0o600); err != nil {
			return err
		}
		if err := os.Mkdir(long, 0o755); err != nil {
			return err
		}
		if err := os.Chdir(long); err != nil {
			return err
		}
	}
	return nil
}

// Entries with names of the longest length.
func many(entries int) error {
	for entry := 0; entry < entries; entry++ {
		if err := os.Symlink("x", "..data/"+strconv.Itoa(entry)+long); err != nil {
			return err
		}
	}
	return nil
}

// A file that is longer than any memory, in the place of one of the vault's.
func sparse(gigabytes int) error {
	return os.Truncate("..data/kv", int64(gigabytes)<<30)
}

func notUTF8(files int) error {
	if err := os.Mkdir("\xff\xfe", 0o755); err != nil {
		return err
	}
	for file := 0; file < files; file++ {
		name := "\xff\xfe/\x80" + strconv.Itoa(file)
		if err := os.WriteFile(name, []byte("kept"), 0o600); err != nil {
			return err
		}
	}
	return syscall.Mkfifo("\xc3\x28", 0o600)
}
