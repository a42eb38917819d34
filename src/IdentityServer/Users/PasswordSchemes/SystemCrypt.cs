using System.Runtime.InteropServices;
using System.Text;

namespace IdentityServer.Users;

/// <summary>
/// The operating system's crypt(3), where it is libxcrypt: bcrypt, yescrypt, scrypt, SHA-crypt and MD5-crypt, kept up to date by
/// the system. The library is looked for once; without it these schemes are refused at import.
/// </summary>
internal static class SystemCrypt
{
    private const int DataSize = 32768; // sizeof (struct crypt_data), part of the library's binary interface.

    private static readonly CryptRn? Function = Load();

    private delegate nint CryptRn(byte[] phrase, byte[] setting, byte[] data, int size);

    /// <summary>Whether the system has it.</summary>
    public static bool IsThere => Function is not null;

    /// <summary>The hash in crypt's own text, or null if the library refuses the setting.</summary>
    public static string? Hash(string password, string setting)
    {
        // To C a password ends at its first zero byte: one that has such a byte inside is none that crypt ever hashed.
        if (Function is null || password.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        // The answer points into the data, which must stay where it is until it was read.
        var data = GC.AllocateArray<byte>(DataSize, pinned: true);
        var answer = Function(Terminated(password), Terminated(setting), data, data.Length);
        return answer == 0 ? null : Marshal.PtrToStringUTF8(answer);
    }

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static CryptRn? Load()
    {
        foreach (var name in (string[])["libcrypt.so.1", "libcrypt.so.2"])
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "crypt_rn", out var address))
            {
                return Marshal.GetDelegateForFunctionPointer<CryptRn>(address);
            }
        }

        return null;
    }
}
