namespace IdentityServer.Data;

/// <summary>Folders and files that nobody but the server's own account can read.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    /// <summary>Makes the folder if there is none. One that an operator made keeps its mode: others may have their things in it.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnFolder);
        }
    }

    /// <summary>Makes an empty file if there is none, and takes an existing one away from all but its owner.</summary>
    public static void SecureFile(string path)
    {
        if (!File.Exists(path))
        {
            Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite).Dispose();
        }
        else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnFile) != 0)
        {
            File.SetUnixFileMode(path, OwnFile); // By its name: to open and close it would end SQLite's locks of this process on it.
        }
    }

    /// <summary>Opens a file to write; if it is made by that, for its owner only.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnFile;
        }

        return new FileStream(path, options);
    }
}
