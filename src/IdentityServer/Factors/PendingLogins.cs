using IdentityServer.Data;
using IdentityServer.Links;
using IdentityServer.Sessions;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Factors;

/// <summary>A sign-in by the management API that waits for its second factor.</summary>
/// <param name="Proof">What was proved so far.</param>
/// <param name="ApplicationId">The application, if one was named.</param>
/// <param name="State">What the caller wants back.</param>
public sealed record PendingLogin(Proof Proof, Guid? ApplicationId, string? State)
{
    /// <summary>What the token answers that the right code gives; null: it gives none.</summary>
    public string? TrustChallenge { get; init; }
}

/// <summary>
/// Keeps them under a one-time id, for five minutes. The person's security stamp goes with it, so that a change of any credential
/// ends it.
/// </summary>
public sealed class PendingLogins(Database database, LinkStore links, People people)
{
    private const string UserId = "userId";
    private const string Stamp = "stamp";
    private const string Type = "type";
    private const string Methods = "amr";
    private const string LoginId = "loginId";
    private const string StateField = "state";
    private const string Challenge = "challenge";

    /// <summary>Keeps one; returns its id, which is a secret.</summary>
    public async Task<string> BeginAsync(PendingLogin pending, CancellationToken cancellation)
    {
        var made = await database.WriteAsync(
            (db, token) => links.MakeAsync(
                db,
                new NewLink
                {
                    Purpose = LinkPurpose.TwoFactorLogin,
                    TenantId = pending.Proof.User.TenantId,
                    ApplicationId = pending.ApplicationId,
                    WithCode = false,
                    Facts = Facts(pending),
                },
                token),
            cancellation);
        return made.Secret;
    }

    /// <summary>The one with this id; null if it is unknown, spent, too old, or of somebody who was shut out or changed a credential.</summary>
    public async Task<PendingLogin?> FindAsync(string? id, CancellationToken cancellation)
    {
        if (await links.FindAsync(id, cancellation) is not { Purpose: LinkPurpose.TwoFactorLogin } link || links.StateOf(link) is not LinkState.Waiting)
        {
            return null;
        }

        var facts = links.FactsOf(link).More;
        return await people.FindAsync(Guid.Parse(facts[UserId]), cancellation) is { Active: true } user && user.SecurityStamp == facts[Stamp]
            ? new PendingLogin(
                new Proof(user, Enum.Parse<AuthenticationType>(facts[Type]), facts[Methods]) { LoginId = facts.GetValueOrDefault(LoginId) }, link.ApplicationId, facts.GetValueOrDefault(StateField))
            {
                TrustChallenge = facts.GetValueOrDefault(Challenge),
            }
            : null;
    }

    /// <summary>Spends it. False: somebody else was faster.</summary>
    public Task<bool> SpendAsync(string id, CancellationToken cancellation) =>
        database.WriteAsync((db, token) => links.SpendAsync(db, id, LinkPurpose.TwoFactorLogin, token), cancellation);

    /// <summary>Lets it go on after its person set a second factor up, which changed their stamp.</summary>
    public async Task RenewAsync(string id, PendingLogin before, User user, CancellationToken cancellation)
    {
        if (await links.FindAsync(id, cancellation) is { } link)
        {
            var payload = links.Seal(link.Id, Facts(before with { Proof = before.Proof with { User = user } }));
            await database.WriteAsync(
                (db, token) => db.Links.Where(row => row.Id == link.Id && row.SpentAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.Payload, payload), token),
                cancellation);
        }
    }

    private static LinkFacts Facts(PendingLogin pending)
    {
        var facts = new Dictionary<string, string>
        {
            [UserId] = pending.Proof.User.Id.ToString(),
            [Stamp] = pending.Proof.User.SecurityStamp,
            [Type] = pending.Proof.Type.ToString(),
            [Methods] = pending.Proof.Amr,
        };
        if (pending.Proof.LoginId is { } loginId)
        {
            facts[LoginId] = loginId;
        }

        if (pending.State is not null)
        {
            facts[StateField] = pending.State;
        }

        if (pending.TrustChallenge is { } challenge)
        {
            facts[Challenge] = challenge;
        }

        return new LinkFacts { More = facts };
    }
}
