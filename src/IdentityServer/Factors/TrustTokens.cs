using System.Security.Cryptography;
using System.Text;
using IdentityServer.Data;
using IdentityServer.Links;
using IdentityServer.Users;

namespace IdentityServer.Factors;

/// <summary>What a caller shows to prove that the person gave their second factor.</summary>
/// <param name="Token">What they got for it.</param>
/// <param name="Challenge">What they began with.</param>
public sealed record TrustProof(string? Token, string? Challenge)
{
    /// <summary>The token never appears in a log.</summary>
    public override string ToString() => nameof(TrustProof);
}

/// <summary>
/// Tokens that a second factor gives at the management API, to be shown at a call that changes something dear (§11). One counts once,
/// for five minutes, for its person, to whoever began with its challenge, and until any credential changes.
/// </summary>
public sealed class TrustTokens(Database database, LinkStore links)
{
    private const string Challenge = "challenge";
    private const string Stamp = "stamp";

    /// <summary>Makes one.</summary>
    public async Task<string> MakeAsync(User user, string challenge, CancellationToken cancellation)
    {
        var made = await database.WriteAsync(
            (db, token) => links.MakeAsync(
                db,
                new NewLink
                {
                    Purpose = LinkPurpose.TrustToken,
                    TenantId = user.TenantId,
                    UserId = user.Id,
                    WithCode = false,
                    Facts = new LinkFacts { More = new Dictionary<string, string> { [Challenge] = challenge, [Stamp] = user.SecurityStamp } },
                },
                token),
            cancellation);
        return made.Secret;
    }

    /// <summary>Whether a person's change needs one: they have a second factor.</summary>
    public static bool IsNeeded(User user) => user.TwoFactorEnabled;

    /// <summary>Whether what is shown is this person's, and not spent. To be spent all the same with what it is shown for.</summary>
    public async Task<bool> CountsAsync(User user, TrustProof proof, CancellationToken cancellation) =>
        proof is { Token: { } token, Challenge: { } challenge }
        && await links.FindAsync(token, cancellation) is { Purpose: LinkPurpose.TrustToken } link
        && link.UserId == user.Id
        && links.StateOf(link) is LinkState.Waiting
        && links.FactsOf(link).More is var facts
        && facts[Stamp] == user.SecurityStamp
        && CryptographicOperations.FixedTimeEquals(Hash(facts[Challenge]), Hash(challenge));

    /// <summary>Spends it in the transaction of what it was shown for. False: somebody else was faster.</summary>
    public Task<bool> SpendAsync(ServerDbContext db, TrustProof proof, CancellationToken cancellation) =>
        links.SpendAsync(db, proof.Token!, LinkPurpose.TrustToken, cancellation);

    private static byte[] Hash(string challenge) => SHA256.HashData(Encoding.UTF8.GetBytes(challenge));
}
