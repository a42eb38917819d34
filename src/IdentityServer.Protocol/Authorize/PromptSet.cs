namespace IdentityServer.Protocol;

/// <summary>The values of <c>prompt</c> (OpenID Connect Core §3.1.2.1).</summary>
public readonly record struct PromptSet(bool HasNone, bool HasLogin, bool HasConsent, bool HasSelectAccount)
{
    public int Count => (HasNone ? 1 : 0) + (HasLogin ? 1 : 0) + (HasConsent ? 1 : 0) + (HasSelectAccount ? 1 : 0);

    public static OAuthResult<PromptSet> Parse(string? text)
    {
        var prompts = default(PromptSet);
        foreach (var name in text?.Split(' ') ?? [])
        {
            switch (name)
            {
                case Prompts.None: prompts = prompts with { HasNone = true }; break;
                case Prompts.Login: prompts = prompts with { HasLogin = true }; break;
                case Prompts.Consent: prompts = prompts with { HasConsent = true }; break;
                case Prompts.SelectAccount: prompts = prompts with { HasSelectAccount = true }; break;
                default: return OAuthError.InvalidPrompt;
            }
        }

        return prompts;
    }
}
