using IdentityServer.Applications;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.OpenId;

/// <summary>The accounts of a browser, as a request finds them.</summary>
/// <param name="Account">Whom the request is about, if anybody is signed in.</param>
/// <param name="Interaction">What the request has achieved so far with this account.</param>
/// <param name="Others">Who else is signed in.</param>
internal sealed record FoundAccounts(SignedInTo? Account, Interaction? Interaction, IReadOnlyList<SignedIn> Others);

/// <summary>
/// Finds out which of the people who are signed in in a browser a request is about: whom its pages were about so far, else whom its
/// hints name, else the current one. Nothing is changed by it: which account is the current one is the person's to say.
/// </summary>
internal sealed class BrowserAccounts(BrowserSessions sessions, SessionCookie cookie, SealedInteraction sealing)
{
    /// <summary>The accounts; nearly every browser has one at most, which costs one read.</summary>
    public async Task<FoundAccounts> FindAsync(
        HttpContext http, AuthorizeRequest request, Application application, string? hintedSubject, string? sealedInteraction, CancellationToken cancellation)
    {
        var current = await sessions.FindAsync(cookie.Read(http), application.Id, cancellation);
        var secrets = cookie.ReadOthers(http);
        var others = secrets.Count == 0 ? [] : await sessions.PeekAsync(secrets, cancellation);
        if (others.Count > 0
            && Choose(request, hintedSubject, sealedInteraction, current?.SignedIn, others) is { } other
            && await sessions.FindAsync(cookie.SecretOf(http, other.Session), application.Id, cancellation) is { } found)
        {
            var rest = others.Where(account => account.Session.Id != other.Session.Id);
            others = [.. current is null ? rest : rest.Prepend(current.SignedIn)];
            current = found;
        }

        return new(
            current, current is null ? null : sealing.Open(sealedInteraction, request.Parameters, current.SignedIn.Session.Id), others);
    }

    // Another than the current one, or null.
    private SignedIn? Choose(
        AuthorizeRequest request, string? hintedSubject, string? sealedInteraction, SignedIn? current, IReadOnlyList<SignedIn> others)
    {
        // Whoever signed in, chose or agreed in this very request stays the one it is about.
        bool HasInteraction(SignedIn account) => sealing.Open(sealedInteraction, request.Parameters, account.Session.Id) is not null;
        if (sealedInteraction is not null && others.FirstOrDefault(HasInteraction) is { } acting)
        {
            return acting;
        }

        if (current is not null && sealedInteraction is not null && HasInteraction(current))
        {
            return null;
        }

        // OpenID Connect Core §3.1.2.1: id_token_hint and a claim sub of one value name the person; login_hint may.
        if (hintedSubject is not null || request.Claims.IdToken.ContainsKey(Claims.Subject))
        {
            return current is not null && NextStep.IsAbout(request, hintedSubject, current.User)
                ? null
                : others.FirstOrDefault(account => NextStep.IsAbout(request, hintedSubject, account.User));
        }

        return request.LoginHint is { } hint && !request.Prompt.HasSelectAccount && !(current is not null && IsNamed(hint, current.User))
            ? others.FirstOrDefault(account => IsNamed(hint, account.User))
            : null;
    }

    private static bool IsNamed(string hint, User user) =>
        CanonicalKey.LoginId(hint, out var isEmail) is { } key && key == (isEmail ? user.EmailKey : user.UsernameKey);
}
