using System.Net;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Recovery;

/// <summary>A wish of somebody who registers to be mailed what proves their address.</summary>
public sealed record RegistrationProofWish
{
    /// <summary>The application in which they register.</summary>
    public required Application Application { get; init; }

    /// <summary>The address as typed.</summary>
    public required string Email { get; init; }

    /// <summary>Its canonical key.</summary>
    public required string Key { get; init; }

    /// <summary>The secret of the browser that asks.</summary>
    public required string Browser { get; init; }

    /// <summary>Where the wish comes from.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Languages of the page.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>The link that still waits for the same address and stays if there are too many mails already.</summary>
    public Guid? Waiting { get; init; }
}

/// <summary>
/// How people prove an address of which they want to make an account. Whoever asks sees and waits the same whether it is free or
/// somebody has it: then the owner is told, and the link is one that nobody ever gets.
/// </summary>
public sealed class RegistrationProof(
    Database database, LinkStore links, Mailer mailer, MailLimits limits, PublicAddress address, TimeProvider clock)
{
    // Sealed with the link, so that not even the database tells whose address was free.
    private const string Mailed = "mailed";

    /// <summary>Mails the link, or tells the owner; returns the id under which the browser waits.</summary>
    public Task<Guid> AskAsync(RegistrationProofWish wish, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var (application, key) = (wish.Application, wish.Key);
            var counted = await limits.TryCountAsync(
                db, new(MailPurpose.Register, key) { ApplicationId = application.Id, RemoteAddress = wish.Address }, token);
            var owner = await db.Users.AsNoTracking().FirstOrDefaultAsync(row => row.TenantId == application.TenantId && row.EmailKey == key, token);
            if (!counted && wish.Waiting is { } waiting)
            {
                return waiting;
            }

            var made = await links.MakeAsync(
                db,
                new NewLink
                {
                    Purpose = LinkPurpose.Register,
                    TenantId = application.TenantId,
                    ApplicationId = application.Id,
                    EmailKey = counted ? key : null, // No mail takes the place of the last one, so that stays worth something.
                    Browser = wish.Browser,
                    Facts = new LinkFacts
                    {
                        Address = wish.Email,
                        More = new Dictionary<string, string> { [Mailed] = (counted && owner is null).ToString() },
                    },
                },
                token);
            var mail = new MailDraft(owner is null
                ? LinkMail.Of(made, address, new NoticeFact("application", application.Name))
                : KnownAddressMail.For(KnownAddressMail.Register, application, address))
            {
                To = owner?.Email ?? key,
                TenantId = application.TenantId,
                UserId = owner?.Id,
                Languages = [.. owner?.PreferredLanguages ?? [], .. wish.Languages],
                UsefulUntil = made.Row.ExpiresAt,
            };
            if (counted && owner is not { Active: false })
            {
                mailer.Queue(db, mail);
            }
            else
            {
                mailer.Pretend(db, mail);
            }

            return made.Row.Id;
        },
        cancellation);

    /// <summary>The link that a browser holds for this address in this application; null: there is none.</summary>
    public async Task<Link?> FindAsync(Guid id, string? browser, Application application, string key, CancellationToken cancellation) =>
        await links.FindAsync(id, browser, cancellation) is { Purpose: LinkPurpose.Register } link
            && link.ApplicationId == application.Id && (link.EmailKey is null || link.EmailKey == key)
                ? link
                : null;

    /// <summary>Spends the proof in the transaction that makes the account; what stands against it, if anything does.</summary>
    public async Task<FieldErrors?> SpendAsync(ServerDbContext db, Guid id, string browser, CancellationToken token) =>
        await links.SpendAsync(db, id, browser, token) ? null
        : await db.Links.AnyAsync(row => row.Id == id && row.ConfirmedAt != null && row.ExpiresAt > clock.GetUtcNow(), token) ? Used()
        : new FieldErrors().AddGeneral("linkGone", "This link doesn't work any more.");

    /// <summary>An account was made with this very proof: whoever holds it may know.</summary>
    public static FieldErrors Used() => new FieldErrors().Add("user.email", "duplicate", "There is already an account with this e-mail address.");

    /// <summary>Whether anybody was mailed this link.</summary>
    internal static bool WasMailed(LinkFacts facts) => facts.More.GetValueOrDefault(Mailed) == bool.TrueString;
}

/// <summary>Links that prove an address before there is an account: the browser that asked goes on with its form, where that stands.</summary>
internal sealed class RegistrationLinks : ILinkPurpose
{
    /// <inheritdoc/>
    public LinkPurpose Purpose => LinkPurpose.Register;

    /// <inheritdoc/>
    public Task<LinkEffect> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token) =>
        Task.FromResult(RegistrationProof.WasMailed(facts) ? LinkEffect.GoesOn : LinkEffect.Refused);

    /// <inheritdoc/>
    public string? Next(Link link, LinkFacts facts) => null;

    /// <inheritdoc/>
    public Task<Guid?> ResendAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation) => Task.FromResult<Guid?>(null);
}
