namespace IdentityServer.Logins;

/// <summary>What pages for signing in tell: nothing about accounts that a stranger could learn.</summary>
public static class LoginFindings
{
    /// <summary>The field of the e-mail address or user name.</summary>
    public const string LoginId = "loginId";

    /// <summary>The field of the password.</summary>
    public const string Password = "password";

    /// <summary>Whatever it was that did not fit. It stands at the password, which has to be typed again in any case.</summary>
    public static FieldErrors Wrong() => new FieldErrors().Add(Password, "invalidLogin", "The e-mail, user name or password is wrong.");

    /// <summary>Notes what was left blank.</summary>
    public static FieldErrors CheckBlank(string? loginId, string? password)
    {
        var errors = new FieldErrors();
        if (string.IsNullOrWhiteSpace(loginId))
        {
            errors.Add(LoginId, "blank", "Enter your e-mail address or user name.");
        }

        if (string.IsNullOrEmpty(password))
        {
            errors.Add(Password, "blank", "Enter your password.");
        }

        return errors;
    }
}
