/** @file The rules of expressions, and the parser's settings. */
import { CstParser, type IParserErrorMessageProvider, type TokenType } from "./chevrotain.js";
import * as t from "./tokens.js";

const { keyword } = t;

export interface ParserOptions {
  /** Checks the grammar itself; only tests pay for it. */
  readonly validate?: boolean;
  /** Default true; without it the parser stops at the first error. */
  readonly recovery?: boolean;
  readonly messages?: IParserErrorMessageProvider;
}

export class ExpressionRules extends CstParser {
  constructor(options: ParserOptions) {
    super([...t.tokens], {
      maxLookahead: 2,
      recoveryEnabled: options.recovery !== false,
      nodeLocationTracking: "onlyOffset",
      skipValidations: options.validate !== true,
      ...(options.messages ? { errorMessageProvider: options.messages } : {}),
    });
  }

  /**
   * Chevrotain asks for this to learn whether an absent token could be put in, and walks the grammar as deep as its own stack for it,
   * which deep texts exhaust. With no answer it leaves the rule unfinished instead, which serves as well.
   */
  protected getFollowsForInRuleRecovery(): TokenType[] {
    return [];
  }

  expression = this.RULE("expression", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.conditional) }, { ALT: () => this.SUBRULE(this.pipe) }]);
  });

  conditional = this.RULE("conditional", () => {
    this.CONSUME(keyword.if);
    this.SUBRULE(this.expression);
    this.CONSUME(keyword.then);
    this.SUBRULE2(this.expression);
    this.CONSUME(keyword.else);
    this.SUBRULE3(this.expression);
  });

  pipe = this.RULE("pipe", () => {
    this.SUBRULE(this.operation);
    this.MANY(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.stage);
    });
  });

  stage = this.RULE("stage", () => {
    this.CONSUME(t.Name);
    this.MANY(() => this.SUBRULE(this.suffix));
    this.OPTION(() => {
      this.CONSUME(t.Times);
      this.SUBRULE(this.atom);
    });
    this.OPTION2(() => {
      this.CONSUME(keyword.as);
      this.CONSUME2(t.Name);
    });
  });

  /** Flat: binding strengths are applied when the syntax tree is made, which keeps the parser's stack shallow. */
  operation = this.RULE("operation", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator);
      this.SUBRULE2(this.operand);
    });
  });

  operand = this.RULE("operand", () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.SUBRULE(this.atom);
    this.MANY2(() => this.SUBRULE(this.suffix));
  });

  suffix = this.RULE("suffix", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.arguments) },
      { ALT: () => this.SUBRULE(this.subscripts) },
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Name);
        },
      },
    ]);
  });

  arguments = this.RULE("arguments", () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RParen);
  });

  argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
  });

  subscripts = this.RULE("subscripts", () => {
    this.CONSUME(t.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.subscript) });
    this.CONSUME(t.RBracket);
  });

  subscript = this.RULE("subscript", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Ellipsis) },
      { ALT: () => this.SUBRULE(this.slice) },
      {
        ALT: () => {
          this.SUBRULE(this.expression);
          this.OPTION(() =>
            this.OR2([
              { ALT: () => this.SUBRULE2(this.slice) },
              {
                ALT: () => {
                  this.CONSUME(keyword.in);
                  this.SUBRULE2(this.expression);
                },
              },
            ]),
          );
        },
      },
    ]);
  });

  slice = this.RULE("slice", () => {
    this.CONSUME(t.Colon);
    this.OPTION(() => this.SUBRULE(this.expression));
  });

  atom = this.RULE("atom", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(t.Name) },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RParen);
        },
      },
      { ALT: () => this.SUBRULE(this.list) },
    ]);
  });

  list = this.RULE("list", () => {
    this.CONSUME(t.LBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.item) });
    this.CONSUME(t.RBracket);
  });

  item = this.RULE("item", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Ellipsis) }, { ALT: () => this.SUBRULE(this.expression) }]);
  });
}
