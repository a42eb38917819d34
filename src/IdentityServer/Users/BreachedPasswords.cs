using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace IdentityServer.Users;

/// <summary>
/// Passwords known from breaches, in a file of the operator's: a SHA-1 in hexadecimal per line, or its beginning, with whatever
/// follows a colon, in ascending order, as such lists are published. It is searched where it lies; nothing of it is held in memory.
/// </summary>
public sealed class BreachedPasswords(IOptions<ServerOptions> options) : IDisposable
{
    // A shorter beginning would refuse too many passwords that nobody ever lost.
    private const int MinDigits = 10;
    private const int Digits = 40;
    private const int MaxLine = 128;

    private readonly Lazy<SafeFileHandle?> file = new(() =>
        options.Value.Passwords.BreachedFile is { Length: > 0 } path ? File.OpenHandle(path, options: FileOptions.RandomAccess) : null);

    /// <summary>What is wrong with a file, in a sentence; null if nothing is. Only its ends are looked at.</summary>
    public static string? Problem(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            return length == 0 ? $"'{path}' is empty."
                : !IsHash(LineAt(file, 0, length).Hash) || !IsHash(LineAt(file, length - 1, length).Hash) ? $"'{path}' does not hold a SHA-1 in hexadecimal per line."
                : Compare(LineAt(file, 0, length).Hash, LineAt(file, length - 1, length).Hash) > 0 ? $"'{path}' is not in ascending order."
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"'{path}' can't be read.";
        }
    }

    /// <summary>Notes that a new password is known from a breach, unless something was found wrong with it already.</summary>
    public void Check(string password, FieldErrors errors)
    {
        if (!errors.Has(PasswordRules.Field) && Contains(password))
        {
            PasswordRules.AddCommon(errors);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (file is { IsValueCreated: true, Value: { } handle })
        {
            handle.Dispose();
        }
    }

    // Looks for the last line that is not greater: if any line is the hash or its beginning, it is that one.
    private bool Contains(string password)
    {
        if (file.Value is not { } handle)
        {
            return false;
        }

#pragma warning disable CA5350 // The lists are made of SHA-1; nothing is protected by it here.
        var wanted = Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC))));
#pragma warning restore CA5350
        var (low, high, length) = (0L, RandomAccess.GetLength(handle), RandomAccess.GetLength(handle));
        var found = string.Empty;
        while (low < high)
        {
            var line = LineAt(handle, low + ((high - low) / 2), length);
            if (Compare(line.Hash, wanted) <= 0)
            {
                (found, low) = (line.Hash, line.End);
            }
            else
            {
                high = line.Start;
            }
        }

        return IsHash(found) && wanted.StartsWith(found, StringComparison.OrdinalIgnoreCase);
    }

    // The line in which a byte lies; its end is where the next begins.
    private static (long Start, long End, string Hash) LineAt(SafeFileHandle file, long at, long length)
    {
        Span<byte> bytes = stackalloc byte[2 * MaxLine];
        var from = Math.Max(0, at - MaxLine);
        bytes = bytes[..RandomAccess.Read(file, bytes[..(int)Math.Min(bytes.Length, length - from)], from)];
        var here = (int)(at - from);
        var start = bytes[..here].LastIndexOf((byte)'\n') + 1;
        var rest = bytes[here..].IndexOf((byte)'\n');
        var end = rest < 0 ? bytes.Length : here + rest + 1;
        var text = bytes[start..end].TrimEnd("\r\n "u8);
        return (from + start, from + end, Encoding.ASCII.GetString(text.IndexOf((byte)':') is >= 0 and var colon ? text[..colon] : text));
    }

    private static int Compare(string hash, string other) => string.Compare(hash, other, StringComparison.OrdinalIgnoreCase);

    private static bool IsHash(string text) => text.Length is >= MinDigits and <= Digits && text.All(char.IsAsciiHexDigit);
}
