namespace IdentityServer.Users;

/// <summary>
/// Which passwords are taken (NIST SP 800-63B §3.1.1.2): long enough, not among those that everybody tries first, not the
/// person's own name or address. No rules of composition; any Unicode. What was lost in breaches is for
/// <see cref="BreachedPasswords"/> to say.
/// </summary>
public static class PasswordRules
{
    /// <summary>The shortest password.</summary>
    public const int MinLength = 8;

    /// <summary>The shortest password of an administrator, who signs in with it alone.</summary>
    public const int AdministratorMinLength = 15;

    /// <summary>The longest password; the bound is there only because everything has one.</summary>
    public const int MaxLength = 256;

    /// <summary>The field of a new password.</summary>
    internal const string Field = "user.password";

    // This much more than one's own name does not make it a password.
    private const int Trimmings = 4;

    /// <summary>Notes what is wrong with a new password of somebody with this e-mail address and user name.</summary>
    public static void Check(string password, string? email, string? username, int minLength, FieldErrors errors)
    {
        if (password.Length == 0)
        {
            errors.Add(Field, "blank", "Enter a password.");
        }
        else if (password.EnumerateRunes().Count() < minLength)
        {
            errors.Add(Field, "tooShort", $"The password needs at least {minLength} characters.", Data("min", minLength));
        }
        else if (password.Length > MaxLength)
        {
            errors.Add(Field, "tooLong", $"The password may have at most {MaxLength} characters.", Data("max", MaxLength));
        }
        else if (!Spelling.IsWellFormed(password))
        {
            errors.Add(Field, "invalid", "The password is not valid text.");
        }
        else if (email is not null && (Is(password, email) || Is(password, email[..Math.Max(0, email.IndexOf('@', StringComparison.Ordinal))])))
        {
            errors.Add(Field, "containsEmail", "The password is too much like the e-mail address.");
        }
        else if (username is not null && Is(password, username))
        {
            errors.Add(Field, "containsUsername", "The password is too much like the user name.");
        }
        else if (CommonPasswords.Contains(password))
        {
            AddCommon(errors);
        }
    }

    /// <summary>Notes that the password is one that is guessed first.</summary>
    internal static void AddCommon(FieldErrors errors) =>
        errors.Add(Field, "breachedCommonPassword", "This is one of the passwords that are guessed first.");

    private static bool Is(string password, string name) =>
        name.Length > 0 && password.Length <= name.Length + Trimmings && password.Contains(name, StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, object> Data(string name, int value) => new() { [name] = value };
}
