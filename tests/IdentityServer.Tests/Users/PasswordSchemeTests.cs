using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Users;

/// <summary>Hashes made by other programs: Python's hashlib, Werkzeug's format, and the system's crypt(3).</summary>
public sealed class PasswordSchemeTests
{
    private const string Salt = "MDEyMzQ1Njc4OWFiY2RlZg==";

    public static TheoryData<string, int?, string, string> Hashes => new()
    {
        { "salted-md5", 20000, Salt, "vAvG0rB+K6AUAtMGFUb96A==" },
        { "salted-sha256", 20000, Salt, "Sg0CQ1aEx89m04y9+xFATRc7/9tiYpIS4u4aI7pFDno=" },
        { "salted-hmac-sha256", null, Salt, "Dawvr+n+iTHecByjl1d3OEgVyduf7CNlSo3BCNBy0EM=" },
        { "salted-pbkdf2-hmac-sha256", 24000, Salt, "K6YaLgRBKJpelUsGJ5mu2ksRTHw6gloH47MfpIIhjjE=" },
        { "salted-pbkdf2-hmac-sha256-512", 24000, Salt, "K6YaLgRBKJpelUsGJ5mu2ksRTHw6gloH47MfpIIhjjG4/OmhJPmi+nanEMf//U589B94hbAXwF1mMI2pb2GuIQ==" },
        { "salted-pbkdf2-hmac-sha512-512", 24000, Salt, "fbG0oD+hc8UnmVZwxJGK173Ev3wYIvAy0CkTOV0opebmxiGOYiWbdhOKFF8pdkNrAp9zen3Kszxk/Efglz1bWA==" },
        { "phpass-md5", 8192, Salt, "UEDM.1eNPqzhlqNCHi9gq/" },
        { "phpass-md5", 8192, Salt, "IPRgwKBmm/23sZ05k7uwdg==" },
        { "phpass-sha512", 8192, Salt, "dRzZTHAM8gvIujhcHc.1y/REiuMVmbWS97uQXO2IxdX" },
        { "bcrypt", 5, "abcdefghijklmnopqrstuu", "FiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS" },
        { "crypt", null, "", "$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS" },
        { "crypt", null, "", "$6$rounds=5000$saltstring$qvPJY4PeugKzKQqyIJ0gRdJnpS0uaaiZ.X1SaheFedsK/yZPwlluTLS90fJPM41sD5JxCHKgGr1..qt5HqEY8." },
        { "crypt", null, "", "$5$saltstring$hixOXgchwauyzVtlSM/e7UnQx0qiTk74JE/YU53IbE0" },
        { "crypt", null, "", "$1$saltstri$B9FrnZ8mLTFL6N.rbkMsW0" },
        { "crypt", null, "", "$y$j9T$abcdefghijk0$7r5u64GdjJrotyoUYo83rxDjA7nOsp0A9v34Lbvkhk2" },
        { "crypt", null, "", "$7$C6..../....saltsalt$9O2H.6rMmi6bhp7jn1uq/F50S0Rbx4AgbINFw3qbGXC" },
        { "werkzeug", null, "", "pbkdf2:sha256:6000$saltSALT$b53819be9520c835f6b84d84e0789baf6c2cdeb73929e8c9aae27c0098d0c80c" },
        { "werkzeug", null, "", "scrypt:1024:8:1$saltSALT$943e0225b8fc8c68c46204433c38a16b7313f53c1160f4f29459ebbd1bedb4d9ad06b695c9b24080e521fe0390607df8245256f6add282cf88fbf5f50f6289df" },
    };

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task A_hash_of_another_system_takes_its_password_and_no_other(string scheme, int? factor, string salt, string hash)
    {
        var passwords = (await TestServer.SharedAsync()).Get<Passwords>();
        var imported = new ImportedHash(scheme, factor, salt, hash);

        Assert.Null(passwords.Problem(imported));
        var stored = imported.ToStored()!;
        Assert.Equal(imported, ImportedHash.Parse(stored));
        Assert.Equal(PasswordVerdict.RightButOutdated, await passwords.VerifyAsync(stored, TestServer.Password, CancellationToken.None));
        Assert.Equal(PasswordVerdict.Wrong, await passwords.VerifyAsync(stored, TestServer.Password + "r", CancellationToken.None));
    }

    [Fact]
    public async Task A_password_does_not_end_for_crypt_where_a_string_of_c_does()
    {
        var passwords = (await TestServer.SharedAsync()).Get<Passwords>();
        var stored = new ImportedHash("bcrypt", 5, "abcdefghijklmnopqrstuu", "FiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS").ToStored();

        Assert.Equal(PasswordVerdict.Wrong, await passwords.VerifyAsync(stored, TestServer.Password + "\0and more", CancellationToken.None));
    }

    [Theory]
    [InlineData("salted-md5", 3_000_001, Salt, "vAvG0rB+K6AUAtMGFUb96A==")]
    [InlineData("salted-md5", 0, Salt, "vAvG0rB+K6AUAtMGFUb96A==")]
    [InlineData("salted-md5", null, Salt, "vAvG0rB+K6AUAtMGFUb96A==")]
    [InlineData("salted-md5", 1, "!", "vAvG0rB+K6AUAtMGFUb96A==")]
    [InlineData("salted-md5", 1, Salt, "vAvG")]
    [InlineData("salted-sha256", 2_000_000_000, Salt, "Sg0CQ1aEx89m04y9+xFATRc7/9tiYpIS4u4aI7pFDno=")]
    [InlineData("salted-pbkdf2-hmac-sha256", 2_500_001, Salt, "K6YaLgRBKJpelUsGJ5mu2ksRTHw6gloH47MfpIIhjjE=")]
    [InlineData("phpass-md5", 2_147_483_647, Salt, "UEDM.1eNPqzhlqNCHi9gq/")]
    [InlineData("phpass-md5", 1, Salt, "short")]
    [InlineData("bcrypt", 15, "abcdefghijklmnopqrstuu", "FiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS")]
    [InlineData("bcrypt", 5, "abcdefghijklmnopqrst$u", "FiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS")]
    [InlineData("crypt", null, "", "$2b$31$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS")]
    [InlineData("crypt", null, "", "$6$rounds=999999999$saltstring$qvPJY4PeugKzKQqyIJ0gRdJnpS0uaaiZ.X1SaheFedsK/yZPwlluTLS90fJPM41sD5JxCHKgGr1..qt5HqEY8.")]
    [InlineData("crypt", null, "", "$y$jFT$abcdefghijk0$7r5u64GdjJrotyoUYo83rxDjA7nOsp0A9v34Lbvkhk2")]
    [InlineData("crypt", null, "", "$7$N6..../....saltsalt$9O2H.6rMmi6bhp7jn1uq/F50S0Rbx4AgbINFw3qbGXC")]
    [InlineData("crypt", null, "", "abJnggxhB/yWI")]
    [InlineData("werkzeug", null, "", "scrypt:1073741824:8:1$salt$00112233445566778899aabbccddeeff")]
    [InlineData("werkzeug", null, "", "scrypt:16384:8:100$salt$00112233445566778899aabbccddeeff")]
    [InlineData("werkzeug", null, "", "scrypt:1000:8:1$salt$00112233445566778899aabbccddeeff")]
    [InlineData("werkzeug", null, "", "pbkdf2:sha256:2000000000$salt$00112233445566778899aabbccddeeff")]
    [InlineData("werkzeug", null, "", "pbkdf2:sha256$salt$00112233445566778899aabbccddeeff")]
    [InlineData("rot13", null, "", "cnffjbeq")]
    [InlineData("salted-md5", 1, "a,b", "vAvG0rB+K6AUAtMGFUb96A==")]
    public async Task A_hostile_or_broken_hash_is_refused_at_import_and_never_computed(string scheme, int? factor, string salt, string hash)
    {
        var passwords = (await TestServer.SharedAsync()).Get<Passwords>();

        Assert.NotNull(passwords.Problem(new ImportedHash(scheme, factor, salt, hash)));
        Assert.Equal(PasswordVerdict.Wrong, await passwords.VerifyAsync($"{{{scheme}}}{factor},{salt},{hash}", TestServer.Password, CancellationToken.None));
    }

    [Fact]
    public void Scrypt_gives_the_result_of_its_specification() => // RFC 7914 §12.
        Assert.Equal(
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
            Convert.ToHexStringLower(Scrypt.DeriveKey("password"u8, "NaCl"u8, n: 1024, r: 8, p: 16, length: 64)));
}
