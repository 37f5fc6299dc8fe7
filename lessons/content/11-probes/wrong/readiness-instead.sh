# step: liveness
cat > stuck.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: stuck
spec:
  containers:
    - name: worker
      image: busybox
      command: ["sh", "-c", "touch /tmp/alive; sleep 30; rm /tmp/alive; echo stuck; sleep 3600"]
      readinessProbe:
        exec:
          command: ["test", "-f", "/tmp/alive"]
        periodSeconds: 5
EOF
kubectl apply -f stuck.yaml
clock until next
clock until next
