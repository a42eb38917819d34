using System.Buffers;
using BenchmarkDotNet.Attributes;
using IdentityServer.Protocol;

namespace IdentityServer.Benchmarks.Micro;

/// <summary>The parts of a token request that need neither network nor database.</summary>
[MemoryDiagnoser]
public class ProtocolBenchmarks : IDisposable
{
    private readonly SigningKey ecdsa = SigningKey.Create(JwsAlgorithm.ES256);
    private readonly SigningKey rsa = SigningKey.Create(JwsAlgorithm.RS256);
    private readonly ArrayBufferWriter<byte> output = new(8 * 1024);
    private readonly AccessTokenClaims claims;
    private readonly JsonWebKeySet keys;
    private readonly string accessToken;
    private readonly TokenResponse response;

    private readonly KeyValuePair<string, string>[] form =
    [
        new("grant_type", "authorization_code"),
        new("code", new string('c', 43)),
        new("redirect_uri", "https://client.example/callback"),
        new("code_verifier", new string('v', 64)),
        new("client_id", "client"),
    ];

    public ProtocolBenchmarks()
    {
        var now = DateTimeOffset.UtcNow;
        claims = new AccessTokenClaims
        {
            Issuer = "https://login.example.com",
            Audience = ["client"],
            Subject = Guid.CreateVersion7().ToString(),
            ClientId = "client",
            JwtId = Guid.CreateVersion7().ToString(),
            IssuedAt = now,
            ExpiresAt = now.AddHours(1),
            Scope = ScopeSet.Of(["openid", "email", "profile"]),
            AuthenticatedAt = now,
            Roles = ["member"],
            ApplicationId = Guid.CreateVersion7(),
            TenantId = Guid.CreateVersion7(),
        };
        keys = new([ecdsa.PublicKey, rsa.PublicKey]);
        accessToken = EcdsaToken();
        response = new TokenResponse(accessToken, 3600) { IdToken = accessToken, RefreshToken = new string('r', 43), Scope = claims.Scope };
    }

    [Benchmark]
    public string EcdsaToken() => JsonWebToken.Sign(ecdsa, TokenTypes.AccessToken, claims);

    [Benchmark]
    public string RsaToken() => JsonWebToken.Sign(rsa, TokenTypes.AccessToken, claims);

    [Benchmark]
    public bool VerifyEcdsaToken() =>
        AccessTokenClaims.Verify(accessToken, keys, claims.Issuer, claims.IssuedAt).Succeeded(out _, out _);

    [Benchmark]
    public int WriteTokenResponse()
    {
        output.ResetWrittenCount();
        response.WriteTo(output);
        return output.WrittenCount;
    }

    [Benchmark]
    public bool ParseTokenRequest() =>
        RequestParameters.Parse(form).Succeeded(out var parameters, out _) && TokenRequest.Parse(parameters).Succeeded(out _, out _);

    public void Dispose()
    {
        ecdsa.Dispose();
        rsa.Dispose();
        GC.SuppressFinalize(this);
    }
}
