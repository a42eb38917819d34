using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IdentityServer.Factors;

namespace IdentityServer.Tests.Factors;

/// <summary>Codes of authenticator apps, by the vectors of RFC 6238 and against another implementation.</summary>
public sealed class TotpTests
{
    private static readonly byte[] RfcSecret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B.
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void The_vectors_of_RFC_6238_hold(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(RfcSecret, Totp.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8));

    // RFC 4226, appendix D.
    [Fact]
    public void The_vectors_of_RFC_4226_hold() => Assert.Equal(
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"],
        Enumerable.Range(0, 10).Select(step => Totp.Code(RfcSecret, step)));

    [Fact]
    public async Task Another_implementation_makes_the_same_codes()
    {
        const string Program = """
            import base64, hashlib, hmac, struct, sys
            for line in sys.stdin:
                text, step = line.split()
                mac = hmac.new(base64.b32decode(text + "=" * (-len(text) % 8)), struct.pack(">Q", int(step)), hashlib.sha1).digest()
                at = mac[-1] & 15
                print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000))
            """;
        var cases = Enumerable.Range(0, 200)
            .Select(number => (Secret: RandomNumberGenerator.GetBytes(Totp.MinSecretBytes + (number % 40)), Step: (long)RandomNumberGenerator.GetInt32(int.MaxValue))).ToList();
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", Program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        foreach (var (secret, step) in cases)
        {
            await python.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Base32.Encode(secret)} {step}"));
        }

        python.StandardInput.Close();
        var codes = (await python.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        Assert.Equal(codes, cases.Select(one => Totp.Code(one.Secret, one.Step)));
    }

    [Fact]
    public void One_step_to_either_side_is_taken_and_no_other()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);
        var step = Totp.StepOf(now);

        Assert.Equal([step - 1], Totp.StepsOf(RfcSecret, Totp.Code(RfcSecret, step - 1), now, 0));
        Assert.Equal([step], Totp.StepsOf(RfcSecret, Totp.Code(RfcSecret, step), now, 0));
        Assert.Equal([step + 1], Totp.StepsOf(RfcSecret, Totp.Code(RfcSecret, step + 1), now, 0));
        Assert.Empty(Totp.StepsOf(RfcSecret, Totp.Code(RfcSecret, step - 2), now, 0));
        Assert.Empty(Totp.StepsOf(RfcSecret, Totp.Code(RfcSecret, step + 2), now, 0));
        Assert.Empty(Totp.StepsOf(RfcSecret, Totp.Code(RfcSecret, step), now, step));
    }

    // RFC 4648 §10, without padding.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base_32_is_written_and_read(string text, string encoded)
    {
        Assert.Equal(encoded, Base32.Encode(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(text, Encoding.ASCII.GetString(Base32.Decode(encoded.ToLowerInvariant())!));
    }

    [Fact]
    public void What_is_no_base_32_is_refused() => Assert.Null(Base32.Decode("MZXW1"));

    [Fact]
    public void A_name_with_a_colon_or_an_ampersand_stays_a_name() => Assert.Equal(
        "otpauth://totp/a%26b%20c:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=a%26b%20c", Totp.Address("a&b:c", "ada@example.com", RfcSecret));
}
