using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Factors;

/// <summary>Time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, six digits, thirty seconds.</summary>
public static class Totp
{
    /// <summary>Length of a secret: RFC 4226 §4 recommends 160 bits.</summary>
    public const int SecretBytes = 20;

    /// <summary>The shortest secret that is taken from elsewhere (RFC 4226 §4: at least 128 bits).</summary>
    public const int MinSecretBytes = 16;

    /// <summary>The longest secret that is taken from elsewhere.</summary>
    public const int MaxSecretBytes = 64;

    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>Seconds of a step (RFC 6238 §4.1: X).</summary>
    public const int StepSeconds = 30;

    // RFC 6238 §5.2: one step for the network and clocks that differ a little, to either side.
    private const int Tolerance = 1;

    /// <summary>A new secret.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>The step of an instant (RFC 6238 §4.2: T, with T0 = 0).</summary>
    public static long StepOf(DateTimeOffset instant) => instant.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step (RFC 4226 §5.3).</summary>
    public static string Code(byte[] secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6238's default, and what every app does; HMAC is not weakened by SHA-1's collisions.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & int.MaxValue;
        return (number % (int)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The steps around now, after <paramref name="last"/>, whose code this is; all are compared, whichever fits.</summary>
    public static IReadOnlyList<long> StepsOf(byte[] secret, string code, DateTimeOffset now, long last)
    {
        var typed = Encoding.UTF8.GetBytes(code);
        var steps = new List<long>();
        for (var step = StepOf(now) - Tolerance; step <= StepOf(now) + Tolerance; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(typed, Encoding.ASCII.GetBytes(Code(secret, step))) && step > last)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    /// <summary>The address that an app reads from the QR code (the key URI format that Google's authenticator brought up).</summary>
    public static string Address(string issuer, string account, byte[] secret)
    {
        // A colon would divide the label anew.
        var label = Uri.EscapeDataString(issuer.Replace(':', ' ')) + ":" + Uri.EscapeDataString(account.Replace(':', ' '));
        return $"otpauth://totp/{label}?secret={Base32.Encode(secret)}&issuer={Uri.EscapeDataString(issuer.Replace(':', ' '))}";
    }
}
