using System.Security.Cryptography;

namespace IdentityServer.Protocol.Tests;

public class SigningKeyTests
{
    public static TheoryData<string> Algorithms => [.. JwsAlgorithm.Names];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_key_survives_being_stored(string name)
    {
        var algorithm = JwsAlgorithm.Find(name)!;
        using var made = SigningKey.Create(algorithm);
        using var read = SigningKey.Import(algorithm, made.ExportPkcs8());
        var signature = new byte[read.SignatureLength];

        read.Sign("text"u8, signature);

        Assert.Equal(made.KeyId, read.KeyId);
        Assert.True(made.PublicKey.Verify(algorithm, "text"u8, signature));
        Assert.False(made.PublicKey.Verify(algorithm, "another text"u8, signature));
    }

    [Fact]
    public void A_key_is_not_read_as_one_of_another_kind()
    {
        using var p256 = SigningKey.Create(JwsAlgorithm.ES256);
        using var rsa = SigningKey.Create(JwsAlgorithm.RS256);

        Assert.Throws<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES384, p256.ExportPkcs8()));
        Assert.Throws<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.RS256, p256.ExportPkcs8()));
        Assert.Throws<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES256, rsa.ExportPkcs8()));
    }

    [Fact]
    public void A_key_verifies_only_by_its_own_algorithm()
    {
        using var key = SigningKey.Create(JwsAlgorithm.RS256);
        var signature = new byte[key.SignatureLength];
        key.Sign("text"u8, signature);

        Assert.True(key.PublicKey.Verify(JwsAlgorithm.RS256, "text"u8, signature));
        Assert.False(key.PublicKey.Verify(JwsAlgorithm.RS384, "text"u8, signature));
        Assert.False(key.PublicKey.Verify(JwsAlgorithm.ES256, "text"u8, signature));
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public void One_key_serves_many_threads(string name)
    {
        var algorithm = JwsAlgorithm.Find(name)!;
        using var key = SigningKey.Create(algorithm);
        var keys = new JsonWebKeySet([key.PublicKey]);

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var compact = JsonWebToken.Sign(key, "JWT", new Subject(i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Assert.Equal($"{i}", compact.Verified(keys, "JWT", [name]).GetString("sub"));
        });
    }

    private sealed record Subject(string Name) : IJwtClaims
    {
        public void WriteTo(System.Text.Json.Utf8JsonWriter writer) => writer.WriteString("sub", Name);
    }
}
