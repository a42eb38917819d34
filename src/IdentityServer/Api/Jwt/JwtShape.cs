using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of tokens (§10.2).</summary>
internal static class JwtShape
{
    private const string Group = "Tokens";

    private static readonly ObjectShape Token = Shape.Object(
        "RefreshToken",
        Shown("id", Shape.Uuid, "Stays when the token rotates."),
        Shown("applicationId", Shape.Uuid),
        Shown("userId", Shape.Uuid),
        Shown("tenantId", Shape.Uuid),
        Shown("startInstant", Shape.Instant, "When the person signed in."),
        Shown("insertInstant", Shape.Instant),
        Shown("metaData", Shape.Object(null, Shown("device", Shape.Free), Shown("scopes", Shape.List(Shape.Text)))),
        Shown("data", Shape.Free));

    /// <summary>POST /api/logout.</summary>
    public static readonly ApiCall Logout = new(LoginShape.Group, "logout", "Signs out")
    {
        Remarks = "Ends the refresh token that is sent, or the one of the cookie, with the access tokens that came of it. The answer is always the same.",
        Open = true,
        Query = [Taken("refreshToken", Shape.Text), Taken("global", Shape.Flag)],
        Body = Shape.Object(null, Taken("refreshToken", Shape.Text), Taken("global", Shape.Flag, "All refresh tokens of the person.")),
        BodyIsOptional = true,
    };

    /// <summary>POST /api/jwt/refresh.</summary>
    public static readonly ApiCall Refresh = new(Group, "refreshToken", "Gives new tokens for a refresh token")
    {
        Remarks = "Where the application's loginConfiguration.allowTokenRefresh is on. For tokens of /api/login, and of applications without a secret; "
            + "with a key also for others. Else 400 with [invalid]refreshToken, as for a token that is unknown or expired.",
        Open = true,
        Body = Shape.Object(
            null,
            Taken("refreshToken", Shape.Text, "The cookie wins."),
            Taken("token", Shape.Text, "Ignored."),
            Taken("timeToLiveInSeconds", Shape.Whole, "Of the access token, where that is less than the application's.")),
        BodyIsOptional = true,
        Answer = Shape.Object(
            null,
            Shown("token", Shape.Text),
            Shown("refreshToken", Shape.Text, "The next one, or the same, as the application's jwtConfiguration.refreshTokenUsagePolicy says."),
            Shown("refreshTokenId", Shape.Uuid)),
        Example = """{ "refreshToken": "…" }""",
    };

    /// <summary>GET /api/jwt/validate.</summary>
    public static readonly ApiCall Validate = new(Group, "validateToken", "Shows what an access token says, if it is good now")
    {
        Remarks = "Signature, time, and that neither it nor what stands behind it was withdrawn. Instants are seconds, as they stand in the token.",
        TakesKey = false,
        TakesToken = true,
        Answer = Shape.Object(null, Shown("jwt", Shape.Free)),
    };

    /// <summary>GET /api/jwt/public-key.</summary>
    public static readonly ApiCall PublicKey = new(Group, "retrievePublicKeys", "Shows the public keys of tokens")
    {
        Remarks = "All, by kid, or one. /.well-known/jwks.json has them for programs.",
        Open = true,
        Query = [Taken("kid", Shape.Text), Taken("applicationId", Shape.Uuid, "The key that signs access tokens of this application now.")],
        Answer = Shape.Object(null, ShownIfSet("publicKey", Shape.Text, "PEM."), ShownIfSet("publicKeys", Shape.Map(Shape.Text), "PEM by kid.")),
        MayMiss = true,
    };

    /// <summary>GET /api/jwt/refresh.</summary>
    public static readonly ApiCall ListTokens = new(Group, "retrieveRefreshTokens", "Lists a person's refresh tokens")
    {
        Query = [Needed("userId", Shape.Uuid)],
        Answer = Shape.Object(null, Shown("refreshTokens", Shape.List(Token))),
    };

    /// <summary>GET /api/jwt/refresh/{tokenId}.</summary>
    public static readonly ApiCall GetToken = new(Group, "retrieveRefreshToken", "Shows a refresh token")
    {
        Answer = Shape.Object(null, Shown("refreshToken", Token)),
    };

    /// <summary>DELETE /api/jwt/refresh.</summary>
    public static readonly ApiCall RevokeTokens = new(Group, "revokeRefreshTokens", "Ends refresh tokens")
    {
        Remarks = "Their access tokens end with them. People may end their own, by id or token.",
        TakesToken = true,
        Query = [Taken("token", Shape.Text), Taken("userId", Shape.Uuid), Taken("applicationId", Shape.Uuid, "With userId: those of this person there.")],
        Body = Shape.Object(null, Taken("token", Shape.Text), Taken("userId", Shape.Uuid), Taken("applicationId", Shape.Uuid)),
        BodyIsOptional = true,
        MayMiss = true,
    };
}
