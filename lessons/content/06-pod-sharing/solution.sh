# step: network
cat > pair.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  terminationGracePeriodSeconds: 2
  containers:
    - name: web
      image: nginx:1.29
    - name: asker
      image: busybox:1.37
      command: ["sh", "-c", "while true; do wget -q -O - http://localhost | grep title; sleep 10; done"]
EOF
kubectl apply -f pair.yaml
clock advance 30s
kubectl logs pair -c asker

# step: worlds
kubectl apply -f stranger.yaml
clock advance 15s
kubectl logs stranger
kubectl run visitor --image=busybox:1.37 --restart=Never -- wget -q -O - http://{{ pods.filter(p, p.metadata.name == 'pair')[0].status.podIP }}
clock advance 10s
kubectl logs visitor

# step: volume
cat > diary.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: diary
spec:
  terminationGracePeriodSeconds: 2
  volumes:
    - name: shared
      emptyDir: {}
  containers:
    - name: writer
      image: busybox:1.37
      command: ["sh", "-c", "while true; do echo a line >> /out/diary; sleep 10; done"]
      volumeMounts:
        - name: shared
          mountPath: /out
    - name: reader
      image: busybox:1.37
      command: ["sh", "-c", "while true; do sleep 10; echo lines: $(wc -l < /in/diary); done"]
      volumeMounts:
        - name: shared
          mountPath: /in
EOF
kubectl apply -f diary.yaml
clock advance 40s
kubectl logs diary -c reader

# step: lives
fault container-kill default/diary/writer
clock advance 30s
kubectl logs diary -c reader --tail=1

# step: sidecar
kubectl apply -f task.yaml
clock advance 40s
kubectl get pods task
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
  initContainers:
    - name: helper
      restartPolicy: Always
      image: busybox:1.37
      command: ["sh", "-c", "while true; do echo helping; sleep 10; done"]
  containers:
    - name: work
      image: busybox:1.37
      command: ["sh", "-c", "sleep 20; echo done"]
EOF
kubectl apply -f task.yaml
clock advance 60s
