# step: sidecar
kubectl apply -f task.yaml
clock advance 40s
kubectl delete pod task --wait=false
clock until next
clock until next
cat > task.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: task
spec:
  terminationGracePeriodSeconds: 2
  restartPolicy: Never
  containers:
    - name: work
      image: busybox:1.37
      command: ["sh", "-c", "sleep 20; echo done"]
EOF
kubectl apply -f task.yaml
clock advance 40s
