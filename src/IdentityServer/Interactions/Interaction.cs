namespace IdentityServer.Interactions;

/// <summary>
/// What one authorize request has achieved so far, where the database cannot know it: the person proved who they are for this very
/// request, chose the account for it, allowed it. This room owns how that travels, sealed, from page to page.
/// </summary>
/// <param name="SessionId">The session that the facts are about.</param>
/// <param name="Authenticated">The person signed in during this request: satisfies <c>prompt=login</c> and <c>max_age</c>.</param>
/// <param name="AccountSelected">The person chose the account: satisfies <c>prompt=select_account</c>.</param>
/// <param name="Consented">The person allowed it: satisfies <c>prompt=consent</c>.</param>
public sealed record Interaction(Guid SessionId, bool Authenticated = false, bool AccountSelected = false, bool Consented = false);
