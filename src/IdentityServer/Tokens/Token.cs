using System.ComponentModel.DataAnnotations;
using IdentityServer.Data;

namespace IdentityServer.Tokens;

/// <summary>What a stored token is.</summary>
public enum TokenType
{
    /// <summary>An authorization code (RFC 6749 §4.1.2).</summary>
    Code,

    /// <summary>A refresh token (RFC 6749 §1.5).</summary>
    Refresh,
}

/// <summary>A stored token's state.</summary>
public enum TokenStatus
{
    /// <summary>It can be redeemed.</summary>
    Valid,

    /// <summary>It was redeemed; a second use is an attack or a lost answer.</summary>
    Redeemed,

    /// <summary>It was withdrawn.</summary>
    Revoked,
}

/// <summary>
/// An authorization code or refresh token. Only its hash is stored. This room owns minting, redeeming and revoking; whether a
/// client may ask at all is decided in front of it.
/// </summary>
public sealed class Token
{
    /// <summary>The token's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The family.</summary>
    public required Guid AuthorizationId { get; init; }

    /// <summary>Code or refresh token.</summary>
    public required TokenType Type { get; init; }

    /// <summary>SHA-256 of the secret.</summary>
    [MaxLength(32)]
    public required byte[] Hash { get; init; }

    /// <summary>Valid, redeemed or revoked.</summary>
    public TokenStatus Status { get; set; }

    /// <summary>The refresh token that this one replaced.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>A code's <c>redirect_uri</c>, which the token request must repeat (RFC 6749 §4.1.3).</summary>
    [MaxLength(2048)]
    public string? RedirectUri { get; init; }

    /// <summary>A code's S256 challenge (RFC 7636 §4.3).</summary>
    [MaxLength(128)]
    public string? CodeChallenge { get; init; }

    /// <summary>When it was minted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was redeemed.</summary>
    public DateTimeOffset? RedeemedAt { get; set; }

    /// <summary>Its end.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// Spends a code or refresh token. False: it, or the authorization behind it, was not valid any more. Of several who try at once,
    /// one hears true.
    /// </summary>
    internal static async Task<bool> RedeemAsync(ServerDbContext db, Guid id, DateTimeOffset now, CancellationToken cancellation) =>
        await db.UpdateAsync<Token>(
            """
            UPDATE "Tokens" SET "Status" = 'Redeemed', "RedeemedAt" = @RedeemedAt
            WHERE "Id" = @Id AND "Status" = 'Valid' AND "ExpiresAt" > @RedeemedAt AND EXISTS (
                SELECT 1 FROM "Authorizations" WHERE "Authorizations"."Id" = "Tokens"."AuthorizationId" AND "Authorizations"."Status" = 'Valid')
            """,
            cancellation,
            (nameof(Id), id),
            (nameof(RedeemedAt), now)) == 1;
}

/// <summary>The <c>jti</c> of an access token that was revoked before its time; the row is pruned when the token has expired.</summary>
public sealed class RevokedAccessToken
{
    /// <summary>The token's <c>jti</c>.</summary>
    public required Guid Id { get; init; }

    /// <summary>The token's <c>exp</c>.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A client assertion that was presented: its <c>jti</c> is refused until it expires (RFC 7523 §3).</summary>
public sealed class SpentAssertion
{
    /// <summary>SHA-256 of client id and <c>jti</c>.</summary>
    [MaxLength(32)]
    public required byte[] Hash { get; init; }

    /// <summary>The assertion's <c>exp</c>.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
