using System.Text;
using System.Text.Json;

namespace IdentityServer.Protocol.Tests;

/// <summary>The examples that the specifications print.</summary>
public class VectorTests
{
    // RFC 7515 A.2 and A.3 and RFC 7519 §3.1 sign this one set of claims.
    private const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    private const string Rs256Key = """
        {"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}
        """;

    private const string Es256Key = """
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """;

    private const string Es512Key = """
        {"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}
        """;

    [Fact]
    public void RFC_7515_A_2_verifies() => Assert.Equal("joe", (
        "eyJhbGciOiJSUzI1NiJ9." + Payload
        + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw")
        .Verified(Keys(Rs256Key), null, ["RS256"]).GetString("iss"));

    [Fact]
    public void RFC_7515_A_3_verifies() => Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1300819380), (
        "eyJhbGciOiJFUzI1NiJ9." + Payload + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
        .Verified(Keys(Es256Key), null, ["ES256"]).GetTime("exp"));

    // Its payload is a text, not claims, so only the signature is looked at.
    [Fact]
    public void RFC_7515_A_4_verifies() => Assert.True(Key(Es512Key).Verify(
        JwsAlgorithm.ES512,
        "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA"u8,
        Base64UrlText.Decode("AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn")));

    [Fact]
    public void RFC_7515_A_5_which_is_not_signed_is_refused() =>
        JsonWebToken.Verify("eyJhbGciOiJub25lIn0." + Payload + ".", Keys(Es256Key), null, JwsAlgorithm.Names)
            .Refused("invalid_token", "access_token_malformed");

    [Fact]
    public void RFC_7519_3_1_whose_key_is_shared_is_refused() => JsonWebToken.Verify(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + Payload + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        Keys(Es256Key), null, JwsAlgorithm.Names).Refused("invalid_token", "access_token_invalid");

    // RFC 7517 A.1; the EC key is for encryption and so verifies nothing.
    [Fact]
    public void RFC_7517_A_1_is_read()
    {
        var keys = JsonWebKeySet.Parse(Encoding.UTF8.GetBytes($$"""
            {"keys":
              [
                {"kty":"EC",
                 "crv":"P-256",
                 "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                 "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                 "use":"enc",
                 "kid":"1"},
                {{Rfc7638Key}}
              ]
            }
            """)).Value();

        Assert.Equal(["1", "2011-04-29"], keys.Keys.Select(key => key.KeyId));
        Assert.Null(keys.Find("1", JwsAlgorithm.ES256));
        Assert.Same(keys.Keys[1], keys.Find("2011-04-29", JwsAlgorithm.RS256));
        Assert.Null(keys.Find("2011-04-29", JwsAlgorithm.PS256));
    }

    [Fact]
    public void RFC_7638_3_1_has_its_thumbprint() =>
        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", Key(Rfc7638Key).Thumbprint());

    // OpenID Connect Core A.3
    [Fact]
    public void The_at_hash_of_OpenID_Connect_is_computed() => Assert.Equal(
        "77QmUPtjPfzWtF2AnpK9RQ", AtHash.Compute("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", JwsAlgorithm.RS256));

    [Theory]
    [InlineData("ES256", 22)]
    [InlineData("ES384", 32)]
    [InlineData("RS512", 43)]
    public void An_at_hash_is_half_of_the_hash_of_its_algorithm(string algorithm, int length) =>
        Assert.Equal(length, AtHash.Compute("token", JwsAlgorithm.Find(algorithm)!).Length);

    private const string Rfc7638Key = """
        {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
        """;

    private static JsonWebKey Key(string json) => JsonWebKey.Parse(JsonElement.Parse(json)).Value();

    private static JsonWebKeySet Keys(string json) => new([Key(json)]);
}
