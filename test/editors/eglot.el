;; An editing session in batch Emacs with Eglot. What each step saw goes to the file $OUT as JSON.  -*- lexical-binding: t -*-
(require 'eglot)
(require 'json)

(define-derived-mode net-mode prog-mode "net"
  (setq-local comment-start "// "))
(add-to-list 'auto-mode-alist '("\\.net\\'" . net-mode))
(add-to-list 'eglot-server-programs
             `(net-mode . (,(getenv "NODE") ,(getenv "NETC") "lsp" "--stdio")))
(setq eglot-connect-timeout 60
      eglot-sync-connect 60
      eglot-send-changes-idle-time 0
      eglot-confirm-server-initiated-edits nil
      create-lockfiles nil
      make-backup-files nil)

(defvar seen nil)
(defun step (name run)
  (push (cons name (condition-case problem
                       (list (cons 'result (funcall run)))
                     (error (list (cons 'failure (error-message-string problem))))))
        seen))
(defun text () (buffer-substring-no-properties (point-min) (point-max)))
(defun on (word)
  (goto-char (point-min))
  (re-search-forward (concat "\\_<" word "\\_>"))
  (goto-char (match-beginning 0)))
(defun wait (what condition)
  (with-timeout (30 (error "waited in vain for %s" what))
    (while (not (funcall condition)) (accept-process-output nil 0.05))))

(find-file "flowers.net")
(step "initialize"
      (lambda ()
        (apply #'eglot (eglot--guess-contact))
        (if (eglot-managed-p) t :json-false)))
(step "diagnostics"
      (lambda ()
        (flymake-start)
        (wait "diagnostics" (lambda () (flymake-diagnostics)))
        (vconcat (mapcar (lambda (entry) (list (cons 'line (line-number-at-pos (flymake-diagnostic-beg entry)))
                                               (cons 'text (flymake-diagnostic-text entry))))
                         (flymake-diagnostics)))))
(step "rename"
      (lambda ()
        (on "code")
        (eglot-rename "hidden")
        (text)))
(step "format"
      (lambda ()
        (goto-char (point-min))
        (while (search-forward " -> " nil t) (replace-match " ->   "))
        (eglot-format-buffer)
        (text)))
(step "definition"
      (lambda ()
        (on "twice")
        (goto-char (point-max))
        (re-search-backward "\\_<twice\\_>")
        (save-buffer)
        (call-interactively #'xref-find-definitions)
        (wait "the other file" (lambda () (equal (buffer-name) "words.net")))
        (list (cons 'file (buffer-name)) (cons 'line (line-number-at-pos)))))

(with-temp-file (getenv "OUT") (insert (json-encode seen)))
(kill-emacs 0)
